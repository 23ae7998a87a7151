package io.widecast.wire;

import io.widecast.bus.EdgeReport;
import io.widecast.bus.NodeStatus;
import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.wire.LanFrame.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What travels on TCP connections: from the home site to edge nodes over the WAN, and between core
 * nodes for what does not fit into datagrams. {@link StreamCodec} has the bytes.
 */
public sealed interface StreamFrame {

  /** Bytes of entries or rows after which a sender begins another frame. */
  int BATCH_BYTES = 64 << 10;

  int ENTRIES_MAX = 16_384;
  int REQUESTS_MAX = 4_096;

  /**
   * The first frame of whoever opened the connection.
   *
   * @param filter what it holds: present for an edge node, which then gets a stream; empty for a
   *     core node, which asks
   * @param position from where on a stream is wanted: that of its copy; {@link Token#NONE} when it
   *     has none
   * @param held what a copy can go on from, where no stream can continue
   * @param http base URL of its HTTP port, up to {@link LanFrame#HTTP_BYTES_MAX} bytes
   */
  record Greeting(
      NodeId id, NodeId site, Optional<Filter> filter, Token position, Holding held, String http)
      implements StreamFrame {
    public Greeting {
      LanFrame.checkHttp(http);
    }
  }

  /** The connection is not wanted, and why; it is closed after this. */
  record Refusal(String detail) implements StreamFrame {}

  /**
   * Entries for an edge, already filtered, committed.
   *
   * @param prevRevision last revision sent on this stream before this frame, 0 for none: another
   *     one there means that something was lost
   * @param upTo nothing else concerns the edge up to here; at or after the last entry
   */
  record Entries(long prevRevision, List<EncodedEntry> entries, Token upTo) implements StreamFrame {
    public Entries {
      entries = List.copyOf(entries);
      if (prevRevision < 0 || entries.size() > ENTRIES_MAX) {
        throw new IllegalArgumentException(entries.size() + " entries after " + prevRevision);
      }
    }
  }

  /** Everything that concerns the edge up to here is on its disk. */
  record Ack(Token position) implements StreamFrame {}

  /**
   * What brings a copy to {@code at} follows, filtered.
   *
   * @param changed of what is held there; empty for the whole map, and what it lacks is gone
   */
  record CopyBegin(Token at, Optional<ChangedSince> changed) implements StreamFrame {}

  /** The next range of keys, by rising key. */
  record CopyRows(CopyPiece piece) implements StreamFrame {}

  /**
   * Named requests that the copy's map holds the work of, by rising revision, for core nodes only:
   * a master must answer their retries. Comes between {@link CopyBegin} and {@link CopyEnd}.
   */
  record CopyRequests(List<RecentRequest> requests) implements StreamFrame {
    public CopyRequests {
      requests = List.copyOf(requests);
      if (requests.size() > RequestParts.LIST_MAX) {
        throw new IllegalArgumentException(requests.size() + " requests");
      }
    }
  }

  /**
   * @param keys how many were named, so that a lost frame is noticed
   */
  record CopyEnd(Token at, long keys) implements StreamFrame {}

  /** A core node asks for entries by number. */
  record Fetch(Range range) implements StreamFrame {}

  /** Those of them that are held, and the term in which they are the master's. */
  record Fetched(long term, List<EncodedEntry> entries) implements StreamFrame {
    public Fetched {
      entries = List.copyOf(entries);
      if (term < 0 || entries.size() > ENTRIES_MAX) {
        throw new IllegalArgumentException(entries.size() + " entries of term " + term);
      }
    }
  }

  /**
   * A core node asks for a copy.
   *
   * @param atLeast what it must reach: the end of the asker's own log on disk, some of which may be
   *     committed only because it stands there; and what it holds already
   * @param held what it can go on from
   */
  record AskCopy(Token atLeast, Holding held) implements StreamFrame {}

  /** Publishes to be ordered for somebody else's client. */
  record Publish(long number, List<PublishRequest> requests) implements StreamFrame {
    public Publish {
      requests = List.copyOf(requests);
      if (number < 0 || requests.isEmpty() || requests.size() > REQUESTS_MAX) {
        throw new IllegalArgumentException(requests.size() + " requests");
      }
    }
  }

  /** What became of them. */
  record Outcomes(long number, List<PublishOutcome> outcomes) implements StreamFrame {
    public Outcomes {
      outcomes = List.copyOf(outcomes);
      if (number < 0 || outcomes.size() > REQUESTS_MAX) {
        throw new IllegalArgumentException(outcomes.size() + " outcomes");
      }
    }
  }

  /**
   * A read that must see every write answered before it: a core node asks the master how far its
   * copy must be for that; an edge node asks any core node, and may have the read itself done
   * there.
   *
   * @param key what to read there; empty when only the position is wanted
   */
  record Read(long number, Optional<Key> key) implements StreamFrame {
    public Read {
      if (number < 0) {
        throw new IllegalArgumentException("read " + number);
      }
    }
  }

  /** What became of it. */
  record ReadDone(long number, ReadOutcome outcome) implements StreamFrame {
    public ReadDone {
      if (number < 0) {
        throw new IllegalArgumentException("read " + number);
      }
    }
  }

  /** A core node tells the master of the edge streams it serves. */
  record Report(EdgeReport report) implements StreamFrame {

    /** The whole of {@code report} in as many frames as it takes; each stands for its own edges. */
    public static List<Report> split(EdgeReport report) {
      var frames = new ArrayList<Report>();
      var edges = new ArrayList<EdgeReport.Edge>();
      long bytes = 0;
      for (EdgeReport.Edge edge : report.edges()) {
        bytes += ClusterParts.sizeBytes(edge);
        boolean full = edges.size() == ClusterParts.EDGES_MAX || bytes > BATCH_BYTES;
        if (full && !edges.isEmpty()) {
          frames.add(new Report(new EdgeReport(edges)));
          edges.clear();
          bytes = ClusterParts.sizeBytes(edge);
        }
        edges.add(edge);
      }
      if (!edges.isEmpty()) {
        frames.add(new Report(new EdgeReport(edges)));
      }
      return frames;
    }
  }

  /** Who is there, as the sender knows it. */
  record Status(NodeStatus status) implements StreamFrame {}
}
