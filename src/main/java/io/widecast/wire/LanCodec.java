package io.widecast.wire;

import io.widecast.model.EncodedEntry;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.wire.LanFrame.Ack;
import io.widecast.wire.LanFrame.Beacon;
import io.widecast.wire.LanFrame.Cannot;
import io.widecast.wire.LanFrame.Echo;
import io.widecast.wire.LanFrame.Entries;
import io.widecast.wire.LanFrame.Gone;
import io.widecast.wire.LanFrame.HandOver;
import io.widecast.wire.LanFrame.Hello;
import io.widecast.wire.LanFrame.Range;
import io.widecast.wire.LanFrame.RetransmitRequest;
import io.widecast.wire.LanFrame.Trigger;
import io.widecast.wire.LanFrame.VoteReply;
import io.widecast.wire.LanFrame.VoteRequest;
import io.widecast.wire.WireException.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * The datagrams of one cluster's core nodes, version 1.
 *
 * <pre>
 * offset size field                            big-endian
 *      0    2 magic     0x5743
 *      2    1 version   1
 *      3    1 type      1 entries, 2 beacon, 3 ack, 4 request, 5 cannot, 6 gone, 7 trigger,
 *                       8 hello, 9 vote request, 10 vote reply, 11 hand-over
 *      4    8 cluster   hash of the cluster's name and electorate
 *     12    1 sender    place in the electorate, 0..63
 *     13    8 term
 *     21    8 commit
 *     29    n body
 *   29+n    4 crc       CRC-32C of all before, started from the cluster's number
 * </pre>
 *
 * Bodies, with numbers as {@link ByteWriter} writes them (a token is two varints):
 *
 * <pre>
 * entries       u8 resent (0, 1); then entries as {@link EntryCodec} writes them, to the end
 * beacon        token highest; varint lowWater; varint round
 * ack           varint revision; varint round
 * request       varint ranges 1..32, each: varint first, varint count; 1..1024 entries in all
 * cannot        as request
 * gone          varint lowWater
 * trigger       token; varint epoch - prevEpoch; varint size; u32 crc
 * hello         text id; u16 unicastPort; u16 tcpPort; text http; u64 heard; token logEnd;
 *               token applied; u8 syncing (0, 1); u64 nonce; varint echoes 0..64, each: u8 slot,
 *               u64 nonce
 * vote request  varint term; token logEnd; u8 trial (0, 1); u8 founding (0, 1)
 * vote reply    varint term; u8 granted (0, 1); u8 trial (0, 1)
 * </pre>
 */
public final class LanCodec {

  /** Header and checksum of a datagram. */
  public static final int OVERHEAD_BYTES = 33;

  /** What a datagram of entries has beside them. */
  public static final int ENTRIES_OVERHEAD_BYTES = OVERHEAD_BYTES + 1;

  static final int MAGIC = 0x5743;
  static final int VERSION = 1;

  private static final int SENDER_OFFSET = 12;

  private final long cluster;

  /**
   * @param cluster number of the cluster: packets of others are refused
   */
  public LanCodec(long cluster) {
    this.cluster = cluster;
  }

  public byte[] encode(LanPacket packet) {
    var out = new ByteWriter(sizeHint(packet.frame()));
    out.u16(MAGIC).u8(VERSION).u8(type(packet.frame())).u64(cluster);
    out.u8(packet.sender()).u64(packet.term()).u64(packet.commit());
    encodeBody(out, packet.frame());
    return out.u32(out.crcFrom(0, cluster)).toArray();
  }

  private static int sizeHint(LanFrame frame) {
    return frame instanceof Entries entries
        ? ENTRIES_OVERHEAD_BYTES
            + entries.entries().stream().mapToInt(EncodedEntry::sizeBytes).sum()
        : 160;
  }

  private static int type(LanFrame frame) {
    if (frame instanceof Entries) {
      return 1;
    } else if (frame instanceof Beacon) {
      return 2;
    } else if (frame instanceof Ack) {
      return 3;
    } else if (frame instanceof RetransmitRequest) {
      return 4;
    } else if (frame instanceof Cannot) {
      return 5;
    } else if (frame instanceof Gone) {
      return 6;
    } else if (frame instanceof Trigger) {
      return 7;
    } else if (frame instanceof Hello) {
      return 8;
    } else if (frame instanceof VoteRequest) {
      return 9;
    } else if (frame instanceof VoteReply) {
      return 10;
    } else if (frame instanceof HandOver) {
      return 11;
    }
    throw new AssertionError(frame);
  }

  private static void encodeBody(ByteWriter out, LanFrame frame) {
    if (frame instanceof Entries entries) {
      out.u8(entries.resent() ? 1 : 0);
      entries.entries().forEach(entry -> out.bytes(entry.bytes()));
    } else if (frame instanceof Beacon beacon) {
      token(out, beacon.highest()).varint(beacon.lowWater()).varint(beacon.round());
    } else if (frame instanceof Ack ack) {
      out.varint(ack.revision()).varint(ack.round());
    } else if (frame instanceof RetransmitRequest request) {
      ranges(out, request.ranges());
    } else if (frame instanceof Cannot cannot) {
      ranges(out, cannot.ranges());
    } else if (frame instanceof Gone gone) {
      out.varint(gone.lowWater());
    } else if (frame instanceof Trigger trigger) {
      token(out, trigger.token()).varint(trigger.token().epoch() - trigger.prevEpoch());
      out.varint(trigger.sizeBytes()).u32(trigger.crc());
    } else if (frame instanceof Hello hello) {
      out.text(hello.id().text()).u16(hello.unicastPort()).u16(hello.tcpPort());
      out.text(hello.http()).u64(hello.heard());
      token(token(out, hello.logEnd()), hello.applied()).u8(hello.syncing() ? 1 : 0);
      out.u64(hello.nonce()).varint(hello.echoes().size());
      hello.echoes().forEach(echo -> out.u8(echo.slot()).u64(echo.nonce()));
    } else if (frame instanceof VoteRequest request) {
      token(out.varint(request.term()), request.logEnd()).u8(request.trial() ? 1 : 0);
      out.u8(request.founding() ? 1 : 0);
    } else if (frame instanceof VoteReply reply) {
      out.varint(reply.term()).u8(reply.granted() ? 1 : 0).u8(reply.trial() ? 1 : 0);
    } else if (frame instanceof HandOver) {
      return; // who says so, and in which term, stands in the packet
    } else {
      throw new AssertionError(frame);
    }
  }

  private static ByteWriter token(ByteWriter out, Token token) {
    return out.varint(token.epoch()).varint(token.revision());
  }

  private static void ranges(ByteWriter out, List<Range> ranges) {
    out.varint(ranges.size());
    ranges.forEach(range -> out.varint(range.first()).varint(range.count()));
  }

  /**
   * Whether {@code datagram} says that {@code sender} of some cluster sent it: for a sender to drop
   * at sight what it hears of itself. Nothing else of the datagram is looked at.
   */
  public static boolean isFrom(int sender, byte[] datagram) {
    return datagram.length >= OVERHEAD_BYTES && datagram[SENDER_OFFSET] == sender;
  }

  /**
   * @throws WireException with the kind that tells why the datagram is not one of this cluster
   */
  public LanPacket decode(byte[] datagram) throws WireException {
    var in = new ByteReader(datagram);
    if (datagram.length < OVERHEAD_BYTES || in.u16() != MAGIC) {
      throw new WireException("no datagram of ours: " + datagram.length + " bytes");
    }
    int version = in.u8();
    if (version != VERSION) {
      throw new WireException(Kind.WRONG_VERSION, "version " + version);
    }
    int type = in.u8();
    if (in.u64() != cluster) {
      throw new WireException(Kind.FOREIGN, "another cluster's");
    }
    int bodyEnd = datagram.length - 4;
    if (new ByteReader(datagram, bodyEnd, 4).u32() != Crc.of(cluster, datagram, 0, bodyEnd)) {
      throw new WireException("datagram checksum");
    }
    try {
      int sender = in.u8();
      long term = in.u63();
      long commit = in.u63();
      int offset = in.position();
      return new LanPacket(
          sender, term, commit, decodeBody(type, datagram, offset, bodyEnd - offset));
    } catch (IllegalArgumentException e) { // a field out of its range
      throw new WireException(e.getMessage());
    }
  }

  private static LanFrame decodeBody(int type, byte[] datagram, int offset, int length)
      throws WireException {
    var in = new ByteReader(datagram, offset, length);
    if (type == 1) {
      boolean resent = flag(in);
      return new Entries(resent, entries(datagram, in.position(), in.remaining()));
    }
    LanFrame frame =
        switch (type) {
          case 2 -> new Beacon(token(in), in.varint(), in.varint());
          case 3 -> new Ack(in.varint(), in.varint());
          case 4 -> new RetransmitRequest(ranges(in));
          case 5 -> new Cannot(ranges(in));
          case 6 -> new Gone(in.varint());
          case 7 -> trigger(in);
          case 8 -> hello(in);
          case 9 -> new VoteRequest(in.varint(), token(in), flag(in), flag(in));
          case 10 -> new VoteReply(in.varint(), flag(in), flag(in));
          case 11 -> new HandOver();
          default -> throw new WireException("frame of type " + type);
        };
    in.end();
    return frame;
  }

  private static List<EncodedEntry> entries(byte[] datagram, int offset, int length)
      throws WireException {
    var entries = new ArrayList<EncodedEntry>();
    int position = offset;
    int end = offset + length;
    while (position < end) {
      if (entries.size() == LanFrame.ENTRIES_MAX) {
        throw new WireException("more than " + LanFrame.ENTRIES_MAX + " entries");
      }
      EncodedEntry entry = EntryCodec.decode(datagram, position, end - position);
      entries.add(entry);
      position += entry.sizeBytes();
    }
    return entries;
  }

  private static Trigger trigger(ByteReader in) throws WireException {
    Token token = token(in);
    return new Trigger(
        token, token.epoch() - in.varint(), in.count(EntryCodec.BYTES_MAX), in.u32());
  }

  private static Hello hello(ByteReader in) throws WireException {
    return new Hello(
        new NodeId(in.text(64)),
        in.u16(),
        in.u16(),
        in.text(LanFrame.HTTP_BYTES_MAX),
        in.u64(),
        token(in),
        token(in),
        flag(in),
        in.u64(),
        echoes(in));
  }

  private static List<Echo> echoes(ByteReader in) throws WireException {
    int count = in.count(LanFrame.SLOTS_MAX);
    var echoes = new ArrayList<Echo>(count);
    for (int i = 0; i < count; i++) {
      echoes.add(new Echo(in.u8(), in.u64()));
    }
    return echoes;
  }

  private static Token token(ByteReader in) throws WireException {
    return new Token(in.varint(), in.varint());
  }

  private static List<Range> ranges(ByteReader in) throws WireException {
    int count = in.count(LanFrame.RANGES_MAX);
    var ranges = new ArrayList<Range>(count);
    for (int i = 0; i < count; i++) {
      ranges.add(new Range(in.varint(), in.count(LanFrame.REQUESTED_MAX)));
    }
    return ranges;
  }

  private static boolean flag(ByteReader in) throws WireException {
    int value = in.u8();
    if (value > 1) {
      throw new WireException("flag " + value);
    }
    return value == 1;
  }
}
