package io.widecast.wire;

import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import java.util.List;

/**
 * What core nodes say to each other in datagrams. {@link LanCodec} has the bytes; every frame
 * travels in a {@link LanPacket}, which names sender, term and commit.
 */
public sealed interface LanFrame {

  /** Entries a datagram or a request may hold. */
  int ENTRIES_MAX = 4096;

  /** Ranges of one request or refusal. */
  int RANGES_MAX = 32;

  /** Entries one request may ask for: what a forged one can cost. */
  int REQUESTED_MAX = 1024;

  /** Core nodes of a site, so that a set of them fits into 64 bits. */
  int SLOTS_MAX = 64;

  /** A base URL in UTF-8. */
  int HTTP_BYTES_MAX = 255;

  /**
   * Entries from the master, by rising revision; in order when new, any when sent again.
   *
   * @param resent they were asked for
   */
  record Entries(boolean resent, List<EncodedEntry> entries) implements LanFrame {
    public Entries {
      entries = List.copyOf(entries);
      if (entries.isEmpty() || entries.size() > ENTRIES_MAX) {
        throw new IllegalArgumentException(entries.size() + " entries in a frame");
      }
    }
  }

  /**
   * The master lives, and this is how far its log goes: reveals a lost tail, which leaves no hole.
   *
   * @param highest position of its last entry
   * @param lowWater entries below are held by every member: logs may forget them
   * @param round the latest of the master's rounds of this term, 0 for none: to be acknowledged
   */
  record Beacon(Token highest, long lowWater, long round) implements LanFrame {
    public Beacon {
      if (lowWater < 1 || round < 0) {
        throw new IllegalArgumentException("low water " + lowWater + ", round " + round);
      }
    }
  }

  /**
   * What the sender has of this term's master.
   *
   * @param revision everything up to here is on the sender's disk and agrees with the master's log
   * @param round the latest round that a beacon of this term told of, 0 for none
   */
  record Ack(long revision, long round) implements LanFrame {
    public Ack {
      if (revision < 0 || round < 0) {
        throw new IllegalArgumentException("ack of " + revision + ", round " + round);
      }
    }
  }

  /** {@code count} revisions from {@code first} on. */
  record Range(long first, int count) {
    public Range {
      boolean beyondNumbers = first > Long.MAX_VALUE - REQUESTED_MAX; // last() would overflow
      if (first < 1 || beyondNumbers || count < 1 || count > REQUESTED_MAX) {
        throw new IllegalArgumentException("range of " + count + " from " + first);
      }
    }

    public long last() {
      return first + count - 1;
    }
  }

  /** Please send these again. */
  record RetransmitRequest(List<Range> ranges) implements LanFrame {
    public RetransmitRequest {
      ranges = checked(ranges);
    }
  }

  /** Not now: ask again later. */
  record Cannot(List<Range> ranges) implements LanFrame {
    public Cannot {
      ranges = checked(ranges);
    }
  }

  /** Never: entries below {@code lowWater} are no longer held; take a copy. */
  record Gone(long lowWater) implements LanFrame {
    public Gone {
      if (lowWater < 1) {
        throw new IllegalArgumentException("low water " + lowWater);
      }
    }
  }

  /** There is an entry too large for a datagram: fetch it over a connection. */
  record Trigger(Token token, long prevEpoch, int sizeBytes, int crc) implements LanFrame {
    public Trigger {
      if (token.epoch() < 1
          || token.revision() < 1
          || prevEpoch < 0
          || prevEpoch > token.epoch()
          || sizeBytes < 1
          || sizeBytes > EntryCodec.BYTES_MAX) {
        throw new IllegalArgumentException("trigger for " + sizeBytes + " bytes at " + token);
      }
    }

    /** Announces {@code entry}. */
    public static Trigger of(EncodedEntry entry) {
      return new Trigger(
          entry.entry().token(), entry.entry().prevEpoch(), entry.sizeBytes(), crcOf(entry));
    }
  }

  /**
   * Who the sender is and where to reach it; sent by every core node, several times a second.
   *
   * @param unicastPort its own UDP port
   * @param tcpPort where it serves fetches, copies and forwarded publishes on the LAN
   * @param http base URL of its HTTP port, up to {@link #HTTP_BYTES_MAX} bytes; empty for none
   * @param heard slots whose multicast datagrams it has received lately, as bits
   * @param logEnd position of the last entry in its log on disk: what it will still have when it
   *     comes back
   * @param applied position of its copy
   * @param nonce a newcomer's, which asks everybody for an echo; 0 from a member
   * @param echoes the nonces of newcomers that the sender has heard: it sends this after theirs
   */
  record Hello(
      NodeId id,
      int unicastPort,
      int tcpPort,
      String http,
      long heard,
      Token logEnd,
      Token applied,
      boolean syncing,
      long nonce,
      List<Echo> echoes)
      implements LanFrame {
    public Hello {
      echoes = List.copyOf(echoes);
      if (echoes.size() > SLOTS_MAX) {
        throw new IllegalArgumentException(echoes.size() + " echoes");
      }
      if (unicastPort < 0 || unicastPort > 65_535 || tcpPort < 0 || tcpPort > 65_535) {
        throw new IllegalArgumentException("ports " + unicastPort + ", " + tcpPort);
      }
      checkHttp(http);
    }
  }

  /** Somebody's nonce, said again. */
  record Echo(int slot, long nonce) {
    public Echo {
      if (slot < 0 || slot >= SLOTS_MAX || nonce == 0) {
        throw new IllegalArgumentException("echo of " + nonce + " to slot " + slot);
      }
    }
  }

  /**
   * Asks for a vote.
   *
   * @param term the term to be elected in
   * @param logEnd of the candidate; who has more refuses
   * @param trial only asks whether a vote would be given; changes nothing
   * @param founding of a newcomer that has heard no member: for other newcomers only
   */
  record VoteRequest(long term, Token logEnd, boolean trial, boolean founding) implements LanFrame {
    public VoteRequest {
      if (term < 1) {
        throw new IllegalArgumentException("term " + term);
      }
    }
  }

  /**
   * The master asks one node to order in its place, at once: that one has everything that was
   * ordered. It then stands for election, without a trial.
   */
  record HandOver() implements LanFrame {}

  /** Answers a {@link VoteRequest} of the same term and kind. */
  record VoteReply(long term, boolean granted, boolean trial) implements LanFrame {
    public VoteReply {
      if (term < 1) {
        throw new IllegalArgumentException("term " + term);
      }
    }
  }

  /** Refuses what would be encoded and not decoded. */
  static void checkHttp(String url) {
    if (Bytes.utf8(url).length() > HTTP_BYTES_MAX) {
      throw new IllegalArgumentException(
          "base URL of more than " + HTTP_BYTES_MAX + " bytes: " + url);
    }
  }

  private static List<Range> checked(List<Range> ranges) {
    int total = ranges.stream().mapToInt(Range::count).sum();
    if (ranges.isEmpty() || ranges.size() > RANGES_MAX || total > REQUESTED_MAX) {
      throw new IllegalArgumentException(ranges.size() + " ranges of " + total + " entries");
    }
    return List.copyOf(ranges);
  }

  /** The checksum of an encoded entry, which stands in its bytes 4 to 7. */
  static int crcOf(EncodedEntry entry) {
    Bytes bytes = entry.bytes();
    return (bytes.at(4) & 0xff) << 24
        | (bytes.at(5) & 0xff) << 16
        | (bytes.at(6) & 0xff) << 8
        | (bytes.at(7) & 0xff);
  }
}
