package io.widecast.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import java.util.Map;

/**
 * Hazelcast for a handful of members that come and go: joins at once, keeps few threads, tells
 * nobody. Members that start in the same instant may form clusters of their own first and merge
 * some seconds later; nothing of ours depends on that.
 */
final class HazelcastConfig {

  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          // Join at once rather than collect members for seconds.
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.max.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.tcp.join.port.try.count", "1"),
          Map.entry("hazelcast.merge.first.run.delay.seconds", "5"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
          // A crash is seen at once, silence after this long.
          Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "10"),
          Map.entry("hazelcast.graceful.shutdown.max.wait", "2"),
          // Little state, few threads.
          Map.entry("hazelcast.partition.count", "27"),
          Map.entry("hazelcast.operation.thread.count", "2"),
          Map.entry("hazelcast.operation.generic.thread.count", "2"),
          Map.entry("hazelcast.io.thread.count", "1"),
          Map.entry("hazelcast.event.thread.count", "1"),
          // Nothing leaves this site, and the node has its own shutdown, log and metrics.
          Map.entry("hazelcast.phone.home.enabled", "false"),
          Map.entry("hazelcast.shutdownhook.enabled", "false"),
          Map.entry("hazelcast.health.monitoring.level", "OFF"),
          Map.entry("hazelcast.socket.bind.any", "false"));

  static {
    // Its classes log before they read a configuration; without this, to a logger of their own.
    if (System.getProperty("hazelcast.logging.type") == null) {
      System.setProperty("hazelcast.logging.type", "slf4j");
    }
  }

  private HazelcastConfig() {}

  /**
   * @param address of this machine, as IP text, that the member listens on
   */
  static Config of(ClusterOptions options, String address, String httpUrl, int unicastPort) {
    var config = new Config();
    // Each site is a cluster of its own: a wrong address in site.members must not join two.
    config.setClusterName(options.clusterName() + "/" + options.siteId());
    PROPERTIES.forEach(config::setProperty);
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);

    NetworkConfig network = config.getNetworkConfig();
    network.setPort(options.port()).setPortAutoIncrement(false);
    network.getInterfaces().setEnabled(true).addInterface(address);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig()
        .setEnabled(true)
        .setConnectionTimeoutSeconds(1)
        .setMembers(options.members());

    // What Vert.x's cluster manager keeps there.
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));

    config
        .getMemberAttributeConfig()
        .setAttribute(Sighting.NODE, options.nodeId().text())
        .setAttribute(Sighting.SITE, options.siteId().text())
        .setAttribute(Sighting.UNICAST_PORT, String.valueOf(unicastPort))
        .setAttribute(Sighting.HTTP, httpUrl);
    return config;
  }
}
