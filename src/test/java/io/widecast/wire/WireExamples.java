package io.widecast.wire;

import io.widecast.bus.EdgeReport;
import io.widecast.bus.NodeStatus;
import io.widecast.model.AckLevel;
import io.widecast.model.BucketSet;
import io.widecast.model.Bytes;
import io.widecast.model.ChangedSince;
import io.widecast.model.ClusterView;
import io.widecast.model.ClusterView.Role;
import io.widecast.model.ClusterView.State;
import io.widecast.model.Compare;
import io.widecast.model.CopyPiece;
import io.widecast.model.Draft;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.Pair;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.wire.LanFrame.Range;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One of each: every form of an entry, every datagram, every frame of a stream. */
final class WireExamples {

  static final long CLUSTER = 0x1122_3344_5566_7788L;
  static final LanCodec LAN = new LanCodec(CLUSTER);
  static final StreamCodec STREAM = new StreamCodec(CLUSTER);

  private static final long TIME_MILLIS = 1_700_000_000_000L;
  private static final RequestId REQUEST =
      new RequestId(0x0102_0304_0506_0708L, 0x1112_1314_1516_1718L, 0x2122_2324_2526_2728L);
  private static final String URL = "http://127.0.0.1:8080";

  private WireExamples() {}

  /**
   * @param name of its golden file
   * @param fields of its bytes: all of an entry's, a frame's body
   */
  record Example<T>(String name, T value, String... fields) {
    @Override
    public String toString() {
      return name;
    }
  }

  // ---- entries

  static final EncodedEntry EMPTY = entry(Optional.empty());

  static final EncodedEntry PUT =
      entry(Optional.empty(), put("city/FR/Paris", "2138551", Value.TEXT, 1, 1042, 0));

  static Stream<Example<EncodedEntry>> entries() {
    return Stream.of(
        example("empty", EMPTY, head("v pairs")),
        example("put", PUT, head("v pairs", putFields())),
        example(
            "put-named-expiring-json",
            entry(Optional.of(REQUEST), put("a", "{}", Value.JSON, 7, 1000, TIME_MILLIS + 30_000)),
            head(
                "8 request id, high",
                "8 request id, low",
                "8 request id, body hash",
                "v pairs",
                putFields())),
        example(
            "put-empty-octets",
            entry(Optional.empty(), put("a", "", Value.OCTETS, 1, 1042, 0)),
            head("v pairs", putFields())),
        example(
            "put-spelled-type",
            entry(Optional.empty(), put("a", "x", "image/png", 1, 1042, 0)),
            head(
                "v pairs",
                "1 kind: put",
                "t key",
                "v version",
                "v revision - createRevision",
                "v expiresAtMillis",
                "1 content type: spelled",
                "t content type",
                "t value")),
        example(
            "delete-and-expired",
            entry(
                Optional.empty(),
                new Pair.Delete(Key.of("a"), false),
                new Pair.Delete(Key.of("b"), true),
                put("c", "x", Value.TEXT, 2, 1, 0)),
            head("v pairs", "1 kind: delete", "t key", "1 kind: expired", "t key", putFields())));
  }

  static EncodedEntry entry(Optional<RequestId> id, Pair... pairs) {
    return EntryCodec.encode(new Entry(3, 1042, 2, TIME_MILLIS, id, List.of(pairs)));
  }

  private static Pair put(
      String key, String value, String type, long version, long created, long expires) {
    return new Pair.Put(Key.of(key), new Value(Bytes.utf8(value), type), version, created, expires);
  }

  private static Object head(Object... rest) {
    return new Object[] {
      "4 length",
      "4 crc",
      "1 flags",
      "v epoch",
      "v revision",
      "v epoch - prevEpoch",
      "v timeMillis",
      rest
    };
  }

  private static Object putFields() {
    return new Object[] {
      "1 kind: put",
      "t key",
      "v version",
      "v revision - createRevision",
      "v expiresAtMillis",
      "1 content type",
      "t value"
    };
  }

  // ---- datagrams

  static Stream<Example<LanFrame>> lanFrames() {
    var ranges = List.of(new Range(1042, 1), new Range(1044, 300));
    Object rangeFields = new Object[] {"v ranges", "v first", "v count", "v first", "v count"};
    return Stream.of(
        example("entries", new LanFrame.Entries(false, List.of(EMPTY, PUT)), sentFields(2)),
        example("entries-resent", new LanFrame.Entries(true, List.of(PUT)), sentFields(1)),
        example(
            "beacon",
            new LanFrame.Beacon(new Token(3, 1042), 1000, 300),
            "v highest, epoch",
            "v highest, revision",
            "v low water",
            "v round"),
        example("ack", new LanFrame.Ack(1042, 300), "v revision", "v round"),
        example("retransmit-request", new LanFrame.RetransmitRequest(ranges), rangeFields),
        example("cannot", new LanFrame.Cannot(ranges), rangeFields),
        example("gone", new LanFrame.Gone(1000), "v low water"),
        example(
            "trigger",
            new LanFrame.Trigger(new Token(3, 1042), 2, 1_000_000, 0xdeadbeef),
            "v epoch",
            "v revision",
            "v epoch - prevEpoch",
            "v size",
            "4 crc of the entry"),
        example(
            "hello",
            new LanFrame.Hello(
                new NodeId("paris-2"),
                40_001,
                40_002,
                URL,
                0b101,
                new Token(3, 1042),
                new Token(3, 1040),
                true,
                0x0123456789abcdefL,
                List.of(new LanFrame.Echo(2, -2))),
            "t id",
            "2 unicast port",
            "2 tcp port",
            "t http",
            "8 heard, a bit for each slot",
            "v log end, epoch",
            "v log end, revision",
            "v applied, epoch",
            "v applied, revision",
            "1 syncing",
            "8 nonce",
            "v echoes",
            "1 slot",
            "8 nonce"),
        example(
            "vote-request",
            new LanFrame.VoteRequest(4, new Token(3, 1042), true, false),
            "v term",
            "v log end, epoch",
            "v log end, revision",
            "1 trial",
            "1 founding"),
        example(
            "vote-reply", new LanFrame.VoteReply(4, true, false), "v term", "1 granted", "1 trial"),
        example("hand-over", new LanFrame.HandOver()));
  }

  private static Object sentFields(int count) {
    var fields = new String[count + 1];
    Arrays.fill(fields, "e entry");
    fields[0] = "1 resent";
    return fields;
  }

  static LanPacket packet(LanFrame frame) {
    return new LanPacket(1, 4, 1041, frame);
  }

  // ---- frames of streams

  static Stream<Example<StreamFrame>> streamFrames() {
    return Stream.concat(
        Stream.concat(connectionFrames(), copyFrames()),
        Stream.concat(readFrames(), Stream.of(publish(), outcomes(), report(), status())));
  }

  private static Stream<Example<StreamFrame>> readFrames() {
    var found = new Versioned(new Value(Bytes.utf8("5"), Value.TEXT), new Token(2, 900), 850, 3, 0);
    return Stream.of(
        example("read", new StreamFrame.Read(17, Optional.empty()), "v number", "1 key present"),
        example(
            "read-key",
            new StreamFrame.Read(18, Optional.of(Key.of("x/1"))),
            "v number",
            "1 key present",
            "t key"),
        example(
            "read-done",
            new StreamFrame.ReadDone(17, new ReadOutcome.At(new Token(3, 1042), Optional.empty())),
            "v number",
            "1 kind: at",
            "v index, epoch",
            "v index, revision",
            "1 found"),
        example(
            "read-done-found",
            new StreamFrame.ReadDone(
                18, new ReadOutcome.At(new Token(3, 1042), Optional.of(found))),
            "v number",
            "1 kind: at",
            "v index, epoch",
            "v index, revision",
            "1 found",
            "v epoch",
            "v revision",
            "v revision - createRevision",
            "v version",
            "v expiresAtMillis",
            "1 content type",
            "t value"),
        example(
            "read-done-refused",
            new StreamFrame.ReadDone(19, new ReadOutcome.Refused(ErrorCode.NO_MASTER, "ask again")),
            "v number",
            "1 kind: refused",
            "t error type",
            "t detail"));
  }

  private static Stream<Example<StreamFrame>> connectionFrames() {
    return Stream.of(
        example(
            "greeting-core",
            new StreamFrame.Greeting(
                new NodeId("paris-2"),
                new NodeId("paris"),
                Optional.empty(),
                new Token(3, 1042),
                Holding.NOTHING,
                URL),
            "t id",
            "t site",
            "1 filter present",
            "v position, epoch",
            "v position, revision",
            "v stretches",
            "1 ends at a key",
            "v at, epoch",
            "v at, revision",
            "t http"),
        example(
            "greeting-edge",
            new StreamFrame.Greeting(
                new NodeId("tokyo-1"),
                new NodeId("tokyo"),
                Optional.of(Filter.parse(List.of("city/JP/**", "price/*/JPY"))),
                Token.NONE,
                Holding.NOTHING.advanced(Key.of("city/JP/Kobe"), new Token(3, 1000)),
                ""),
            "t id",
            "t site",
            "1 filter present",
            "v patterns",
            "t pattern",
            "t pattern",
            "v position, epoch",
            "v position, revision",
            "v stretches",
            "1 ends at a key",
            "t key",
            "v at, epoch",
            "v at, revision",
            "1 ends at a key",
            "v at, epoch",
            "v at, revision",
            "t http"),
        example("refusal", new StreamFrame.Refusal("this site has 2 homes"), "t detail"),
        example(
            "entries",
            new StreamFrame.Entries(1000, List.of(PUT), new Token(3, 1042)),
            "v prevRevision",
            "v up to, epoch",
            "v up to, revision",
            "v entries",
            "e entry"),
        example(
            "watermark",
            new StreamFrame.Entries(1042, List.of(), new Token(3, 2000)),
            "v prevRevision",
            "v up to, epoch",
            "v up to, revision",
            "v entries"),
        example(
            "ack",
            new StreamFrame.Ack(new Token(3, 1042)),
            "v position, epoch",
            "v position, revision"));
  }

  private static Stream<Example<StreamFrame>> copyFrames() {
    var row =
        new KeyVersion(
            Key.of("city/JP/Tokyo"),
            new Versioned(
                new Value(Bytes.utf8("8336599"), Value.TEXT), new Token(2, 900), 850, 3, 0));
    return Stream.of(
        example(
            "copy-begin",
            new StreamFrame.CopyBegin(new Token(3, 1042), Optional.empty()),
            "v at, epoch",
            "v at, revision",
            "1 changed present"),
        example(
            "copy-begin-changed",
            new StreamFrame.CopyBegin(
                new Token(3, 1042),
                Optional.of(
                    new ChangedSince(
                        List.of(
                            BucketSet.NONE,
                            BucketSet.of(bucket -> bucket == 5 || bucket == 65_535)),
                        List.of(new Token(3, 950))))),
            "v at, epoch",
            "v at, revision",
            "1 changed present",
            "v stretches",
            "1 form: numbers",
            "v buckets",
            "1 form: numbers",
            "v buckets",
            "v first bucket",
            "v difference",
            "v epochs",
            "v began at, epoch",
            "v began at, revision"),
        example(
            "copy-rows",
            new StreamFrame.CopyRows(
                new CopyPiece(
                    List.of(row), List.of(Key.of("city/JP/Nara")), Key.of("city/JP/Tokyo"))),
            "v rows",
            "t key",
            "v epoch",
            "v revision",
            "v revision - createRevision",
            "v version",
            "v expiresAtMillis",
            "1 content type",
            "t value",
            "v kept",
            "t key",
            "t up to"),
        example(
            "copy-requests",
            new StreamFrame.CopyRequests(
                List.of(
                    new RecentRequest(REQUEST, new Token(2, 900), 1, true, TIME_MILLIS),
                    new RecentRequest(REQUEST, new Token(3, 1042), 2, false, TIME_MILLIS))),
            "v requests",
            requestFields(),
            requestFields()),
        example(
            "copy-end",
            new StreamFrame.CopyEnd(new Token(3, 1042), 135_233),
            "v at, epoch",
            "v at, revision",
            "v keys"),
        example("fetch", new StreamFrame.Fetch(new Range(1042, 5)), "v first", "v count"),
        example(
            "fetched",
            new StreamFrame.Fetched(4, List.of(EMPTY, PUT)),
            "v term",
            "v entries",
            "e entry",
            "e entry"),
        example(
            "ask-copy",
            new StreamFrame.AskCopy(new Token(3, 1042), Holding.NOTHING),
            "v at least, epoch",
            "v at least, revision",
            "v stretches",
            "1 ends at a key",
            "v at, epoch",
            "v at, revision"));
  }

  private static Object requestFields() {
    return new Object[] {
      "8 request id, high",
      "8 request id, low",
      "8 request id, body hash",
      "v epoch",
      "v revision",
      "v pairs",
      "1 created",
      "v timeMillis"
    };
  }

  private static Example<StreamFrame> publish() {
    var every =
        new PublishRequest(
            List.of(
                new Draft.Put(Key.of("a"), new Value(Bytes.utf8("1"), Value.JSON), 30_000),
                new Draft.Delete(Key.of("b"), false),
                new Draft.Delete(Key.of("c"), true)),
            List.of(
                new Compare.Absent(Key.of("d")),
                new Compare.Present(Key.of("e")),
                new Compare.AtRevision(Key.of("f"), 7),
                new Compare.AtToken(Key.of("g"), new Token(2, 900))),
            Optional.of(REQUEST),
            AckLevel.EDGE,
            5_000);
    return example(
        "publish",
        new StreamFrame.Publish(17, List.of(every)),
        "v number",
        "v requests",
        "v drafts",
        "1 kind: put",
        "t key",
        "v ttlMillis",
        "1 content type",
        "t value",
        "1 kind: delete",
        "t key",
        "1 kind: expired",
        "t key",
        "v conditions",
        "1 kind: absent",
        "t key",
        "1 kind: present",
        "t key",
        "1 kind: at revision",
        "t key",
        "v revision",
        "1 kind: at token",
        "t key",
        "v epoch",
        "v revision",
        "1 request id present",
        "8 request id, high",
        "8 request id, low",
        "8 request id, body hash",
        "1 ack level: edge",
        "v timeoutMillis");
  }

  private static Example<StreamFrame> outcomes() {
    var written = new PublishOutcome.Written(new Token(3, 1042), 2, true);
    var refused =
        new PublishOutcome.Refused(
            ErrorCode.ACK_TIMEOUT,
            "too late",
            Map.of("again", false, "reached", "memory", "revision", 1042L, "written", true));
    return example(
        "outcomes",
        new StreamFrame.Outcomes(17, List.of(written, refused)),
        "v number",
        "v outcomes",
        "1 kind: written",
        "v epoch",
        "v revision",
        "v pairs",
        "1 created",
        "1 kind: refused",
        "t error type",
        "t detail",
        "v extras",
        "t name",
        "1 form: false",
        "t name",
        "1 form: text",
        "t text",
        "t name",
        "1 form: number",
        "v number",
        "t name",
        "1 form: true");
  }

  private static Example<StreamFrame> report() {
    return example(
        "report",
        new StreamFrame.Report(
            new EdgeReport(
                List.of(
                    new EdgeReport.Edge(
                        new NodeId("tokyo-1"),
                        new NodeId("tokyo"),
                        Filter.ALL,
                        1000,
                        true,
                        4096,
                        URL)))),
        "v edges",
        "t id",
        "t site",
        "v patterns",
        "t pattern",
        "v acked",
        "1 level",
        "v backlog bytes",
        "t http");
  }

  private static Example<StreamFrame> status() {
    var node =
        new ClusterView.Node(
            new NodeId("tokyo-1"),
            Role.EDGE,
            State.SYNCING,
            1000,
            250,
            List.of("city/JP/**"),
            4096,
            URL,
            false);
    var site = new ClusterView.Site(new NodeId("tokyo"), false, List.of(node));
    var cluster =
        new ClusterView(new Token(3, 1042), Optional.of(new NodeId("paris-1")), List.of(site));
    return example(
        "status",
        new StreamFrame.Status(new NodeStatus(List.of(), 0, Optional.empty(), cluster)),
        "v position, epoch",
        "v position, revision",
        "t master, empty for none",
        "v sites",
        "t site",
        "1 home",
        "v nodes",
        "t id",
        "1 role: edge",
        "1 state: syncing",
        "v revision",
        "v lagMillis",
        "v patterns",
        "t pattern",
        "v wan backlog bytes",
        "t http",
        "1 unicast");
  }

  private static <T> Example<T> example(String name, T value, Object... fields) {
    return new Example<>(name, value, flat(fields).toArray(String[]::new));
  }

  private static Stream<String> flat(Object... fields) {
    return Arrays.stream(fields)
        .flatMap(field -> field instanceof Object[] more ? flat(more) : Stream.of((String) field));
  }
}
