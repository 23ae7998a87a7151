package io.widecast.config;

import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The one table of all settings. The reader, the problems and the reference come from it. */
final class ConfigKeys {

  static final String ENVIRONMENT_PREFIX = "WIDECAST_";

  /** More members than this in one site are not supported: acknowledgements would crowd the LAN. */
  static final int MEMBERS_MAX = 32;

  private static final List<ConfigKey<?>> ALL = new ArrayList<>();

  static final ConfigKey<NodeId> NODE_ID =
      required("node.id", ValueType.name(), "This node's name, one of a kind in the cluster");
  static final ConfigKey<NodeId> NODE_SITE =
      required("node.site", ValueType.name(), "The site (LAN) this node stands in");
  static final ConfigKey<Optional<Path>> NODE_DATA =
      optional(
          "node.data",
          ValueType.path("a directory, made when absent"),
          "data/<node.id>",
          "Where its log and its copy are kept; relative to the working directory");

  static final ConfigKey<String> HTTP_HOST =
      key(
          "http.host",
          ValueType.text("a host name or address", 255),
          "127.0.0.1", // nobody is let in from outside by accident
          "Address that HTTP, SSE and WebSocket listen on; `0.0.0.0` for all");
  static final ConfigKey<Integer> HTTP_PORT =
      key(
          "http.port",
          ValueType.integer("a port", 0, HostPort.PORT_MAX),
          "8080",
          "Its port; 0 takes a free one");
  static final ConfigKey<Optional<Path>> HTTP_API_KEY_FILE =
      optional(
          "http.apiKeyFile",
          ValueType.path("a file"),
          "",
          "File whose first line is the API key that requests must present");

  static final ConfigKey<List<HostPort>> SITE_MEMBERS =
      list(
          "site.members",
          ValueType.listOf("a list of host:port", MEMBERS_MAX, HostPort::parse),
          "The cluster manager's join list, this node included, in the order of `site.electorate`"
              + " where that is given; empty: no cluster manager");
  static final ConfigKey<List<NodeId>> SITE_ELECTORATE =
      list(
          "site.electorate",
          ValueType.listOf("a list of node names", MEMBERS_MAX, ValueType::nodeId),
          "Core nodes whose majority decides; absent in an edge site");
  static final ConfigKey<Optional<HostPort>> SITE_ADDRESS =
      optional(
          "site.address",
          ValueType.address(),
          "",
          "Which of `site.members` this node is, where the electorate does not tell");

  static final ConfigKey<String> MULTICAST_GROUP =
      key(
          "multicast.group",
          ValueType.multicastGroup(),
          "239.77.0.1", // administratively scoped: routers do not let it out
          "The group that core nodes of one site share");
  static final ConfigKey<Integer> MULTICAST_PORT =
      key(
          "multicast.port",
          ValueType.integer("a port", 1, HostPort.PORT_MAX),
          "7400",
          "The group's UDP port, the same in all nodes of the site");
  static final ConfigKey<Optional<String>> MULTICAST_INTERFACE =
      key(
          "multicast.interface",
          ValueType.networkInterface(),
          "auto",
          "Interface to send and listen on; `lo` keeps it on this machine");
  static final ConfigKey<MulticastSection.Fallback> MULTICAST_FALLBACK =
      key(
          "multicast.fallback",
          ValueType.oneOf(MulticastSection.Fallback.class),
          "unicast",
          "What to do for a member that multicast does not reach");
  static final ConfigKey<Integer> MULTICAST_UNICAST_PORT =
      key(
          "multicast.unicastPort",
          ValueType.integer("a port", 0, HostPort.PORT_MAX),
          "0",
          "This node's own UDP port; 0 takes a free one, announced in its frames");
  static final ConfigKey<List<HostPort>> MULTICAST_PEERS =
      list(
          "multicast.peers",
          ValueType.listOf("a list of host:port", MEMBERS_MAX, HostPort::parse),
          "Other core nodes' unicast addresses, to find them without multicast and without a"
              + " cluster manager");
  static final ConfigKey<OptionalInt> MULTICAST_DATAGRAM =
      key(
          "multicast.datagram",
          // 576 is what every IPv4 host must take; 8,972 fills a jumbo frame of 9,000.
          ValueType.autoOr("bytes", 576, 8_972),
          "auto",
          "Greatest UDP payload in bytes; `auto` follows the interface's MTU");

  static final ConfigKey<Optional<HostPort>> WAN_LISTEN =
      optional(
          "wan.listen",
          ValueType.address(),
          "",
          "Core nodes: where edge nodes connect; absent: this node serves none");
  static final ConfigKey<List<HostPort>> WAN_HOME =
      list(
          "wan.home",
          ValueType.listOf("a list of host:port", MEMBERS_MAX, HostPort::parse),
          "Edge nodes: the home site's `wan.listen` addresses, in any order");
  static final ConfigKey<Filter> WAN_FILTER =
      add(
          new ConfigKey<>(
              "wan.filter",
              ValueType.filter(),
              List.of("**"),
              "[\"**\"]",
              "Edge nodes: the patterns of the keys that this node holds"));

  static final ConfigKey<Long> RETRANSMIT_BUFFER =
      key(
          "retransmit.buffer",
          ValueType.size(4L << 20, 16L << 30), // two of the greatest entries, and room
          "64MiB",
          "Cap of the master's retransmit buffer");
  static final ConfigKey<Double> RETRANSMIT_MEMBER_SHARE =
      key(
          "retransmit.memberShare",
          ValueType.percentage(1),
          "50%",
          "Share of the buffer that one member may pin before it is made stale");
  static final ConfigKey<Duration> RETRANSMIT_STALE_AFTER =
      key(
          "retransmit.staleAfter",
          ValueType.duration(Duration.ofMillis(500), Duration.ofHours(1)), // a few beacons
          "5s",
          "Silence after which a member is made stale");

  static final ConfigKey<StoreSection.Fsync> STORE_FSYNC =
      key(
          "store.fsync",
          ValueType.oneOf(StoreSection.Fsync.class),
          "group",
          "When the log is forced to disk: `group`, once for all writes that wait");
  static final ConfigKey<StoreSection.Format> STORE_FORMAT =
      key(
          "store.format",
          ValueType.oneOf(StoreSection.Format.class),
          "container",
          "Format of a new data directory; one that exists keeps its own");
  static final ConfigKey<Duration> STORE_HISTORY =
      key(
          "store.history",
          ValueType.duration(Duration.ZERO, Duration.ofDays(365)),
          "1h",
          "How long replaced versions of keys, and what watches resume from, are kept");
  static final ConfigKey<Long> STORE_CHECKPOINT =
      key(
          "store.checkpoint",
          ValueType.size(1L << 20, 16L << 30),
          "64MiB",
          "So much changes before the map is written out");
  static final ConfigKey<Duration> STORE_SNAPSHOT_EVERY =
      key(
          "store.snapshotEvery",
          ValueType.duration(Duration.ZERO, Duration.ofDays(365)),
          "0ms",
          "A snapshot `auto-<time>` is taken so often; `0ms`: never");
  static final ConfigKey<Integer> STORE_SNAPSHOTS_KEPT =
      key(
          "store.snapshotsKept",
          ValueType.integer("a whole number", 1, 1000),
          "24",
          "How many of those are kept; the oldest go first");

  static final ConfigKey<Long> FAULTS_SEED =
      key("faults.seed", ValueType.wholeLong(), "0", "Seed of all injected faults");
  static final ConfigKey<Double> FAULTS_LOSS =
      key("faults.loss", ValueType.percentage(0), "0%", "Datagrams lost on arrival");
  static final ConfigKey<Double> FAULTS_DUPLICATE =
      key("faults.duplicate", ValueType.percentage(0), "0%", "Datagrams doubled on arrival");
  static final ConfigKey<Double> FAULTS_REORDER =
      key("faults.reorder", ValueType.percentage(0), "0%", "Datagrams that later ones overtake");
  static final ConfigKey<Duration> FAULTS_DELAY =
      key(
          "faults.delay",
          ValueType.duration(Duration.ZERO, Duration.ofMinutes(1)),
          "0ms",
          "Delay of datagrams and of WAN streams");
  static final ConfigKey<Double> FAULTS_CUT =
      key(
          "faults.cut",
          ValueType.percentage(0),
          "0%",
          "Frames on WAN streams whose connection is cut");

  static final ConfigKey<String> CLUSTER_NAME =
      key(
          "cluster.name",
          ValueType.text("1 to 64 characters", 64),
          "widecast",
          "The cluster's name, the same in every node of every site");

  private ConfigKeys() {}

  /** All keys, in the order of the reference. */
  static List<ConfigKey<?>> all() {
    return List.copyOf(ALL);
  }

  static Map<String, ConfigKey<?>> byPath() {
    var byPath = new TreeMap<String, ConfigKey<?>>();
    ALL.forEach(key -> byPath.put(key.path(), key));
    return byPath;
  }

  private static <T> ConfigKey<T> required(String path, ValueType<T> type, String meaning) {
    return add(new ConfigKey<>(path, type, null, "", meaning));
  }

  private static <T> ConfigKey<T> key(
      String path, ValueType<T> type, String defaultText, String meaning) {
    return add(new ConfigKey<>(path, type, List.of(defaultText), defaultText, meaning));
  }

  private static <T> ConfigKey<Optional<T>> optional(
      String path, ValueType<T> type, String defaultShown, String meaning) {
    return add(new ConfigKey<>(path, ValueType.optional(type), List.of(""), defaultShown, meaning));
  }

  private static <T> ConfigKey<List<T>> list(String path, ValueType<List<T>> type, String meaning) {
    return add(new ConfigKey<>(path, type, List.of(), "[]", meaning));
  }

  private static <T> ConfigKey<T> add(ConfigKey<T> key) {
    ALL.add(key);
    return key;
  }
}
