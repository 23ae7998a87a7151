package io.widecast.wire;

import io.widecast.bus.EdgeReport;
import io.widecast.bus.NodeStatus;
import io.widecast.model.AckLevel;
import io.widecast.model.Bytes;
import io.widecast.model.ClusterView;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.Pattern;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.wire.LanFrame.Range;
import io.widecast.wire.WireException.Kind;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
  private static final int TEXT_BYTES_MAX = 4096;
  private static final int TEXT_CHARS_KEPT = 1300; // of a longer one: 3 bytes each at most
  private static final int NAME_BYTES_MAX = 64;
  private static final int EXTRAS_MAX = 16;
  private static final int EDGES_MAX = 1024;

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
    STATUS
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
      token(out, greeting.position()).text(greeting.http());
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
      token(out, begin.at());
      return Type.COPY_BEGIN;
    } else if (frame instanceof StreamFrame.CopyRows rows) {
      out.varint(rows.rows().size());
      rows.rows().forEach(row -> row(out, row));
      return Type.COPY_ROWS;
    } else if (frame instanceof StreamFrame.CopyEnd end) {
      token(out, end.at()).varint(end.rows());
      return Type.COPY_END;
    } else if (frame instanceof StreamFrame.Fetch fetch) {
      out.varint(fetch.range().first()).varint(fetch.range().count());
      return Type.FETCH;
    } else if (frame instanceof StreamFrame.Fetched fetched) {
      entries(out.varint(fetched.term()), fetched.entries());
      return Type.FETCHED;
    } else if (frame instanceof StreamFrame.AskCopy) {
      return Type.ASK_COPY;
    } else if (frame instanceof StreamFrame.Publish publish) {
      out.varint(publish.number()).varint(publish.requests().size());
      publish.requests().forEach(request -> request(out, request));
      return Type.PUBLISH;
    } else if (frame instanceof StreamFrame.Outcomes outcomes) {
      out.varint(outcomes.number()).varint(outcomes.outcomes().size());
      outcomes.outcomes().forEach(outcome -> outcome(out, outcome));
      return Type.OUTCOMES;
    } else if (frame instanceof StreamFrame.Report report) {
      out.varint(report.report().edges().size());
      report.report().edges().forEach(edge -> edge(out, edge));
      return Type.REPORT;
    } else if (frame instanceof StreamFrame.Status status) {
      cluster(out, status.status());
      return Type.STATUS;
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
              in.text(LanFrame.HTTP_BYTES_MAX));
      case REFUSAL -> new StreamFrame.Refusal(in.text(TEXT_BYTES_MAX));
      case ENTRIES -> {
        long prevRevision = in.varint();
        Token upTo = token(in);
        yield new StreamFrame.Entries(prevRevision, entries(in, body), upTo);
      }
      case ACK -> new StreamFrame.Ack(token(in));
      case COPY_BEGIN -> new StreamFrame.CopyBegin(token(in));
      case COPY_ROWS -> {
        int count = in.count(StreamFrame.ROWS_MAX);
        var rows = new ArrayList<KeyVersion>();
        for (int i = 0; i < count; i++) {
          rows.add(row(in));
        }
        yield new StreamFrame.CopyRows(rows);
      }
      case COPY_END -> new StreamFrame.CopyEnd(token(in), in.varint());
      case FETCH -> new StreamFrame.Fetch(new Range(in.varint(), in.count(LanFrame.REQUESTED_MAX)));
      case FETCHED -> new StreamFrame.Fetched(in.varint(), entries(in, body));
      case ASK_COPY -> new StreamFrame.AskCopy();
      case PUBLISH -> {
        long number = in.varint();
        int count = in.count(StreamFrame.REQUESTS_MAX);
        var requests = new ArrayList<PublishRequest>();
        for (int i = 0; i < count; i++) {
          requests.add(request(in));
        }
        yield new StreamFrame.Publish(number, requests);
      }
      case OUTCOMES -> {
        long number = in.varint();
        int count = in.count(StreamFrame.REQUESTS_MAX);
        var outcomes = new ArrayList<PublishOutcome>();
        for (int i = 0; i < count; i++) {
          outcomes.add(outcome(in));
        }
        yield new StreamFrame.Outcomes(number, outcomes);
      }
      case REPORT -> {
        int count = in.count(EDGES_MAX);
        var edges = new ArrayList<EdgeReport.Edge>();
        for (int i = 0; i < count; i++) {
          edges.add(edge(in));
        }
        yield new StreamFrame.Report(new EdgeReport(edges));
      }
      case STATUS -> new StreamFrame.Status(cluster(in));
    };
  }

  // ---- parts of bodies, each writer beside its reader

  private static ByteWriter token(ByteWriter out, Token token) {
    return out.varint(token.epoch()).varint(token.revision());
  }

  private static Token token(ByteReader in) throws WireException {
    return new Token(in.varint(), in.varint());
  }

  private static boolean flag(ByteReader in) throws WireException {
    return in.count(1) == 1;
  }

  private static void texts(ByteWriter out, List<String> texts) {
    out.varint(texts.size());
    texts.forEach(out::text);
  }

  private static List<String> texts(ByteReader in, int max) throws WireException {
    int count = in.count(max);
    var texts = new ArrayList<String>(count);
    for (int i = 0; i < count; i++) {
      texts.add(in.text(Pattern.BYTES_MAX));
    }
    return texts;
  }

  private static Filter filter(ByteReader in) throws WireException {
    return Filter.parse(texts(in, Filter.PATTERNS_MAX));
  }

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
    Versioned versioned = row.versioned();
    token(out.sized(row.key().bytes()), versioned.token());
    out.varint(versioned.revision() - versioned.createRevision()).varint(versioned.version());
    out.varint(versioned.expiresAtMillis());
    EntryCodec.encodeValue(out, versioned.value());
  }

  private static KeyVersion row(ByteReader in) throws WireException {
    var key = new Key(in.sized(Key.BYTES_MAX));
    Token token = token(in);
    long createRevision = token.revision() - in.varint();
    long version = in.varint();
    long expiresAtMillis = in.varint();
    Value value = EntryCodec.decodeValue(in);
    return new KeyVersion(
        key, new Versioned(value, token, createRevision, version, expiresAtMillis));
  }

  private static void request(ByteWriter out, PublishRequest request) {
    out.varint(request.drafts().size());
    for (Draft draft : request.drafts()) {
      if (draft instanceof Draft.Put put) {
        out.u8(1).sized(put.key().bytes()).varint(put.ttlMillis());
        EntryCodec.encodeValue(out, put.value());
      } else if (draft instanceof Draft.Delete delete) {
        out.u8(delete.expired() ? 3 : 2).sized(delete.key().bytes());
      } else {
        throw new AssertionError(draft);
      }
    }
    out.varint(request.compares().size());
    request.compares().forEach(compare -> compare(out, compare));
    out.u8(request.requestId().isPresent() ? 1 : 0);
    request.requestId().ifPresent(id -> out.u64(id.high()).u64(id.low()).u64(id.bodyHash()));
    out.u8(request.ack().ordinal()).varint(request.timeoutMillis());
  }

  private static PublishRequest request(ByteReader in) throws WireException {
    int draftCount = in.count(Entry.PAIRS_MAX);
    var drafts = new ArrayList<Draft>();
    for (int i = 0; i < draftCount; i++) {
      int kind = in.u8();
      var key = new Key(in.sized(Key.BYTES_MAX));
      drafts.add(
          switch (kind) {
            case 1 -> {
              long ttlMillis = in.varint();
              yield new Draft.Put(key, EntryCodec.decodeValue(in), ttlMillis);
            }
            case 2, 3 -> new Draft.Delete(key, kind == 3);
            default -> throw new WireException("draft of kind " + kind);
          });
    }
    int compareCount = in.count(Entry.PAIRS_MAX);
    var compares = new ArrayList<Compare>();
    for (int i = 0; i < compareCount; i++) {
      compares.add(compare(in));
    }
    Optional<RequestId> id =
        flag(in) ? Optional.of(new RequestId(in.u64(), in.u64(), in.u64())) : Optional.empty();
    AckLevel ack = AckLevel.values()[in.count(AckLevel.values().length - 1)];
    return new PublishRequest(drafts, compares, id, ack, in.varint());
  }

  private static void compare(ByteWriter out, Compare compare) {
    if (compare instanceof Compare.Absent) {
      out.u8(1).sized(compare.key().bytes());
    } else if (compare instanceof Compare.Present) {
      out.u8(2).sized(compare.key().bytes());
    } else if (compare instanceof Compare.AtRevision at) {
      out.u8(3).sized(compare.key().bytes()).varint(at.revision());
    } else if (compare instanceof Compare.AtToken at) {
      token(out.u8(4).sized(compare.key().bytes()), at.token());
    } else {
      throw new AssertionError(compare);
    }
  }

  private static Compare compare(ByteReader in) throws WireException {
    int kind = in.u8();
    var key = new Key(in.sized(Key.BYTES_MAX));
    return switch (kind) {
      case 1 -> new Compare.Absent(key);
      case 2 -> new Compare.Present(key);
      case 3 -> new Compare.AtRevision(key, in.varint());
      case 4 -> new Compare.AtToken(key, token(in));
      default -> throw new WireException("condition of kind " + kind);
    };
  }

  private static void outcome(ByteWriter out, PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Written written) {
      token(out.u8(1), written.token()).varint(written.pairs()).u8(written.created() ? 1 : 0);
    } else if (outcome instanceof PublishOutcome.Refused refused) {
      out.u8(2).text(refused.code().type()).text(shortened(refused.detail()));
      var extras = new TreeMap<>(refused.extras());
      if (extras.size() > EXTRAS_MAX) {
        throw new IllegalArgumentException(extras.size() + " extras");
      }
      out.varint(extras.size());
      extras.forEach((name, value) -> extra(out.text(name), value));
    } else {
      throw new AssertionError(outcome);
    }
  }

  /** A sentence for people, cut where it would not be decoded: better that than no frame at all. */
  private static String shortened(String text) {
    if (Bytes.utf8(text).length() <= TEXT_BYTES_MAX) {
      return text;
    }
    boolean splits = Character.isHighSurrogate(text.charAt(TEXT_CHARS_KEPT - 1));
    return text.substring(0, splits ? TEXT_CHARS_KEPT - 1 : TEXT_CHARS_KEPT) + "…";
  }

  private static void extra(ByteWriter out, Object value) {
    if (value instanceof Boolean truth) {
      out.u8(truth ? 1 : 0);
    } else if (value instanceof Number number) {
      out.u8(2).varint(number.longValue());
    } else {
      out.u8(3).text(shortened(value.toString()));
    }
  }

  private static PublishOutcome outcome(ByteReader in) throws WireException {
    int kind = in.u8();
    if (kind == 1) {
      return new PublishOutcome.Written(token(in), in.count(Entry.PAIRS_MAX), flag(in));
    } else if (kind != 2) {
      throw new WireException("outcome of kind " + kind);
    }
    String type = in.text(NAME_BYTES_MAX);
    String detail = in.text(TEXT_BYTES_MAX);
    Map<String, Object> extras = new TreeMap<>();
    for (int count = in.count(EXTRAS_MAX); count > 0; count--) {
      String name = in.text(NAME_BYTES_MAX);
      int form = in.u8();
      extras.put(
          name,
          switch (form) {
            case 0, 1 -> form == 1;
            case 2 -> in.varint();
            case 3 -> in.text(TEXT_BYTES_MAX);
            default -> throw new WireException("extra of form " + form);
          });
    }
    for (ErrorCode code : ErrorCode.values()) {
      if (code.type().equals(type)) {
        return new PublishOutcome.Refused(code, detail, extras);
      }
    }
    throw new WireException("error of type " + type);
  }

  private static void edge(ByteWriter out, EdgeReport.Edge edge) {
    out.text(edge.id().text()).text(edge.site().text());
    texts(out, edge.filter().texts());
    out.varint(edge.acked()).u8(edge.level() ? 1 : 0).varint(edge.backlogBytes());
    out.text(edge.http());
  }

  private static EdgeReport.Edge edge(ByteReader in) throws WireException {
    return new EdgeReport.Edge(
        new NodeId(in.text(NAME_BYTES_MAX)),
        new NodeId(in.text(NAME_BYTES_MAX)),
        filter(in),
        in.varint(),
        flag(in),
        in.varint(),
        in.text(LanFrame.HTTP_BYTES_MAX));
  }

  /** Of a status only who is there: checks, lag and filter are the sender's own business. */
  private static void cluster(ByteWriter out, NodeStatus status) {
    ClusterView view = status.cluster();
    token(out, view.position()).text(view.master().map(NodeId::text).orElse(""));
    out.varint(view.sites().size());
    for (ClusterView.Site site : view.sites()) {
      out.text(site.id().text()).u8(site.home() ? 1 : 0).varint(site.nodes().size());
      for (ClusterView.Node node : site.nodes()) {
        out.text(node.id().text()).u8(node.role().ordinal()).u8(node.state().ordinal());
        out.varint(node.revision()).varint(node.lagMillis());
        texts(out, node.filter());
        out.varint(node.wanBacklogBytes()).text(node.http()).u8(node.unicast() ? 1 : 0);
      }
    }
  }

  private static NodeStatus cluster(ByteReader in) throws WireException {
    Token position = token(in);
    String master = in.text(NAME_BYTES_MAX);
    int siteCount = in.count(EDGES_MAX);
    var sites = new ArrayList<ClusterView.Site>();
    for (int i = 0; i < siteCount; i++) {
      var id = new NodeId(in.text(NAME_BYTES_MAX));
      boolean home = flag(in);
      int nodeCount = in.count(EDGES_MAX + LanFrame.SLOTS_MAX);
      var nodes = new ArrayList<ClusterView.Node>();
      for (int j = 0; j < nodeCount; j++) {
        nodes.add(
            new ClusterView.Node(
                new NodeId(in.text(NAME_BYTES_MAX)),
                ClusterView.Role.values()[in.count(ClusterView.Role.values().length - 1)],
                ClusterView.State.values()[in.count(ClusterView.State.values().length - 1)],
                in.varint(),
                in.varint(),
                texts(in, Filter.PATTERNS_MAX),
                in.varint(),
                in.text(LanFrame.HTTP_BYTES_MAX),
                flag(in)));
      }
      sites.add(new ClusterView.Site(id, home, nodes));
    }
    Optional<NodeId> named = master.isEmpty() ? Optional.empty() : Optional.of(new NodeId(master));
    return new NodeStatus(List.of(), 0, Optional.empty(), new ClusterView(position, named, sites));
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
