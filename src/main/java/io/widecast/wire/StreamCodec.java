package io.widecast.wire;

import static io.widecast.wire.StreamParts.NAME_BYTES_MAX;
import static io.widecast.wire.StreamParts.TEXT_BYTES_MAX;
import static io.widecast.wire.StreamParts.filter;
import static io.widecast.wire.StreamParts.flag;
import static io.widecast.wire.StreamParts.shortened;
import static io.widecast.wire.StreamParts.texts;
import static io.widecast.wire.StreamParts.token;

import io.widecast.bus.EdgeReport;
import io.widecast.model.Bytes;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.wire.LanFrame.Range;
import io.widecast.wire.WireException.Kind;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Frames of one cluster's streams, version 1.
 *
 * <pre>
 * offset size field                            big-endian
 *      0    4 length    of all that follows, 14 .. FRAME_BYTES_MAX
 *      4    1 version   1
 *      5    1 type      see {@link Type}
 *      6    8 cluster   hash of the cluster's name
 *     14    n body
 *   14+n    4 crc       CRC-32C of version to body, started from the cluster's number
 * </pre>
 */
public final class StreamCodec {

  /** Greatest frame: the greatest publish and what stands around it. */
  public static final int FRAME_BYTES_MAX = 4 << 20;

  public static final int LENGTH_BYTES = 4;

  static final int VERSION = 1;

  private static final int OVERHEAD_BYTES = 14; // version, type, cluster, crc

  /** The types of frames; the number on the wire is the place in this list, from 1. */
  enum Type {
    GREETING,
    REFUSAL,
    ENTRIES,
    ACK,
    COPY_BEGIN,
    COPY_ROWS,
    COPY_END,
    FETCH,
    FETCHED,
    ASK_COPY,
    PUBLISH,
    OUTCOMES,
    REPORT,
    STATUS,
    COPY_REQUESTS,
    READ,
    READ_DONE
  }

  private static final Type[] TYPES = Type.values();

  private final long cluster;

  public StreamCodec(long cluster) {
    this.cluster = cluster;
  }

  /** The whole frame, its length included. */
  public byte[] encode(StreamFrame frame) {
    var out = new ByteWriter(256);
    out.u32(0).u8(VERSION).u8(0).u64(cluster);
    Type type = encodeBody(out, frame);
    out.setU8(5, type.ordinal() + 1);
    out.u32(out.crcFrom(LENGTH_BYTES, cluster)).setU32(0, out.size() - LENGTH_BYTES);
    if (out.size() - LENGTH_BYTES > FRAME_BYTES_MAX) {
      throw new IllegalArgumentException("frame of " + out.size() + " bytes");
    }
    return out.toArray();
  }

  private static Type encodeBody(ByteWriter out, StreamFrame frame) {
    if (frame instanceof StreamFrame.Greeting greeting) {
      out.text(greeting.id().text()).text(greeting.site().text());
      out.u8(greeting.filter().isPresent() ? 1 : 0);
      greeting.filter().ifPresent(filter -> texts(out, filter.texts()));
      token(out, greeting.position());
      CopyParts.holding(out, greeting.held());
      out.text(greeting.http());
      return Type.GREETING;
    } else if (frame instanceof StreamFrame.Refusal refusal) {
      out.text(shortened(refusal.detail()));
      return Type.REFUSAL;
    } else if (frame instanceof StreamFrame.Entries entries) {
      token(out.varint(entries.prevRevision()), entries.upTo());
      entries(out, entries.entries());
      return Type.ENTRIES;
    } else if (frame instanceof StreamFrame.Ack ack) {
      token(out, ack.position());
      return Type.ACK;
    } else if (frame instanceof StreamFrame.CopyBegin begin) {
      token(out, begin.at()).u8(begin.changed().isPresent() ? 1 : 0);
      begin.changed().ifPresent(changed -> CopyParts.changed(out, changed));
      return Type.COPY_BEGIN;
    } else if (frame instanceof StreamFrame.CopyRows rows) {
      CopyPiece piece = rows.piece();
      out.varint(piece.rows().size());
      piece.rows().forEach(row -> row(out, row));
      out.varint(piece.kept().size());
      piece.kept().forEach(key -> out.sized(key.bytes()));
      out.sized(piece.upTo().bytes());
      return Type.COPY_ROWS;
    } else if (frame instanceof StreamFrame.CopyRequests requests) {
      RequestParts.write(out, requests.requests());
      return Type.COPY_REQUESTS;
    } else if (frame instanceof StreamFrame.CopyEnd end) {
      token(out, end.at()).varint(end.keys());
      return Type.COPY_END;
    } else if (frame instanceof StreamFrame.Fetch fetch) {
      out.varint(fetch.range().first()).varint(fetch.range().count());
      return Type.FETCH;
    } else if (frame instanceof StreamFrame.Fetched fetched) {
      entries(out.varint(fetched.term()), fetched.entries());
      return Type.FETCHED;
    } else if (frame instanceof StreamFrame.AskCopy ask) {
      CopyParts.holding(token(out, ask.atLeast()), ask.held());
      return Type.ASK_COPY;
    } else if (frame instanceof StreamFrame.Publish publish) {
      out.varint(publish.number()).varint(publish.requests().size());
      publish.requests().forEach(request -> PublishParts.request(out, request));
      return Type.PUBLISH;
    } else if (frame instanceof StreamFrame.Outcomes outcomes) {
      out.varint(outcomes.number()).varint(outcomes.outcomes().size());
      outcomes.outcomes().forEach(outcome -> PublishParts.outcome(out, outcome));
      return Type.OUTCOMES;
    } else if (frame instanceof StreamFrame.Report report) {
      out.varint(report.report().edges().size());
      report.report().edges().forEach(edge -> ClusterParts.edge(out, edge));
      return Type.REPORT;
    } else if (frame instanceof StreamFrame.Status status) {
      ClusterParts.cluster(out, status.status());
      return Type.STATUS;
    } else if (frame instanceof StreamFrame.Read read) {
      out.varint(read.number()).u8(read.key().isPresent() ? 1 : 0);
      read.key().ifPresent(key -> out.sized(key.bytes()));
      return Type.READ;
    } else if (frame instanceof StreamFrame.ReadDone done) {
      ReadParts.outcome(out.varint(done.number()), done.outcome());
      return Type.READ_DONE;
    }
    throw new AssertionError(frame);
  }

  /**
   * Length of the frame that begins at {@code offset}, without the four bytes that tell it.
   *
   * @throws WireException when no frame is that long: the stream cannot be trusted any more
   */
  public static int length(byte[] array, int offset, int available) throws WireException {
    int length = new ByteReader(array, offset, available).u32();
    if (length < OVERHEAD_BYTES || length > FRAME_BYTES_MAX) {
      throw new WireException("frame of " + length + " bytes");
    }
    return length;
  }

  /**
   * @param body a frame without the four bytes of its length
   */
  public StreamFrame decode(byte[] body) throws WireException {
    var in = new ByteReader(body);
    int version = in.u8();
    if (version != VERSION) {
      throw new WireException(Kind.WRONG_VERSION, "version " + version);
    }
    int type = in.u8();
    if (in.u64() != cluster) {
      throw new WireException(Kind.FOREIGN, "another cluster's");
    }
    if (body.length < OVERHEAD_BYTES || type < 1 || type > TYPES.length) {
      throw new WireException("frame of type " + type + ", " + body.length + " bytes");
    }
    int end = body.length - 4;
    if (new ByteReader(body, end, 4).u32() != Crc.of(cluster, body, 0, end)) {
      throw new WireException("frame checksum");
    }
    try {
      var rest = new ByteReader(body, in.position(), end - in.position());
      StreamFrame frame = decodeBody(TYPES[type - 1], rest, body);
      rest.end();
      return frame;
    } catch (IllegalArgumentException | WidecastException e) { // a field out of its range
      throw new WireException(e.getMessage());
    }
  }

  private static StreamFrame decodeBody(Type type, ByteReader in, byte[] body)
      throws WireException {
    return switch (type) {
      case GREETING ->
          new StreamFrame.Greeting(
              new NodeId(in.text(NAME_BYTES_MAX)),
              new NodeId(in.text(NAME_BYTES_MAX)),
              flag(in) ? Optional.of(filter(in)) : Optional.empty(),
              token(in),
              CopyParts.holding(in),
              in.text(LanFrame.HTTP_BYTES_MAX));
      case REFUSAL -> new StreamFrame.Refusal(in.text(TEXT_BYTES_MAX));
      case ENTRIES -> {
        long prevRevision = in.varint();
        Token upTo = token(in);
        yield new StreamFrame.Entries(prevRevision, entries(in, body), upTo);
      }
      case ACK -> new StreamFrame.Ack(token(in));
      case COPY_BEGIN ->
          new StreamFrame.CopyBegin(
              token(in), flag(in) ? Optional.of(CopyParts.changed(in)) : Optional.empty());
      case COPY_ROWS -> {
        int count = in.count(CopyPiece.ITEMS_MAX);
        var rows = new ArrayList<KeyVersion>();
        for (int i = 0; i < count; i++) {
          rows.add(row(in));
        }
        int keptCount = in.count(CopyPiece.ITEMS_MAX);
        var kept = new ArrayList<Key>();
        for (int i = 0; i < keptCount; i++) {
          kept.add(key(in));
        }
        yield new StreamFrame.CopyRows(new CopyPiece(rows, kept, key(in)));
      }
      case COPY_END -> new StreamFrame.CopyEnd(token(in), in.varint());
      case FETCH -> new StreamFrame.Fetch(new Range(in.varint(), in.count(LanFrame.REQUESTED_MAX)));
      case FETCHED -> new StreamFrame.Fetched(in.varint(), entries(in, body));
      case ASK_COPY -> new StreamFrame.AskCopy(token(in), CopyParts.holding(in));
      case PUBLISH -> {
        long number = in.varint();
        int count = in.count(StreamFrame.REQUESTS_MAX);
        var requests = new ArrayList<PublishRequest>();
        for (int i = 0; i < count; i++) {
          requests.add(PublishParts.request(in));
        }
        yield new StreamFrame.Publish(number, requests);
      }
      case OUTCOMES -> {
        long number = in.varint();
        int count = in.count(StreamFrame.REQUESTS_MAX);
        var outcomes = new ArrayList<PublishOutcome>();
        for (int i = 0; i < count; i++) {
          outcomes.add(PublishParts.outcome(in));
        }
        yield new StreamFrame.Outcomes(number, outcomes);
      }
      case REPORT -> {
        int count = in.count(ClusterParts.EDGES_MAX);
        var edges = new ArrayList<EdgeReport.Edge>();
        for (int i = 0; i < count; i++) {
          edges.add(ClusterParts.edge(in));
        }
        yield new StreamFrame.Report(new EdgeReport(edges));
      }
      case STATUS -> new StreamFrame.Status(ClusterParts.cluster(in));
      case COPY_REQUESTS -> new StreamFrame.CopyRequests(RequestParts.read(in));
      case READ ->
          new StreamFrame.Read(in.varint(), flag(in) ? Optional.of(key(in)) : Optional.empty());
      case READ_DONE -> new StreamFrame.ReadDone(in.varint(), ReadParts.outcome(in));
    };
  }

  // ---- parts of bodies, each writer beside its reader

  private static void entries(ByteWriter out, List<EncodedEntry> entries) {
    out.varint(entries.size());
    entries.forEach(entry -> out.bytes(entry.bytes()));
  }

  private static List<EncodedEntry> entries(ByteReader in, byte[] body) throws WireException {
    int count = in.count(StreamFrame.ENTRIES_MAX);
    var entries = new ArrayList<EncodedEntry>();
    for (int i = 0; i < count; i++) {
      EncodedEntry entry = EntryCodec.decode(body, in.position(), in.remaining());
      in.skip(entry.sizeBytes());
      entries.add(entry);
    }
    return entries;
  }

  private static void row(ByteWriter out, KeyVersion row) {
    ReadParts.versioned(out.sized(row.key().bytes()), row.versioned());
  }

  private static KeyVersion row(ByteReader in) throws WireException {
    return new KeyVersion(key(in), ReadParts.versioned(in));
  }

  private static Key key(ByteReader in) throws WireException {
    return new Key(in.sized(Key.BYTES_MAX));
  }

  /**
   * Number of the cluster of that name, with {@code parts} that must be equal on both sides too:
   * the first eight bytes of SHA-256 over all of them, a line each.
   */
  public static long clusterNumber(String name, List<String> parts) {
    var text = new StringBuilder(name);
    parts.forEach(part -> text.append('\n').append(part));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(Bytes.utf8(text.toString()).unsafeArray());
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java platform has it
    }
  }
}
