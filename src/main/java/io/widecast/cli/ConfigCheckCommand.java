package io.widecast.cli;

import io.widecast.config.HostPort;
import io.widecast.config.MulticastSection;
import io.widecast.config.NodeConfig;
import io.widecast.config.RetransmitSection;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "check",
    description = "Validate a configuration, with the environment, and say what would run.")
final class ConfigCheckCommand implements Runnable {

  @Parameters(paramLabel = "FILE", description = "The configuration.")
  private Path file;

  @Mixin private ConfigOptions overlay;

  private final Terminal terminal;

  ConfigCheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    NodeConfig config = overlay.read(file, terminal).config();
    say("node", config.node().id() + " of site " + config.node().site() + ", " + role(config));
    say("cluster", config.cluster().name());
    say("data", config.node().data().toString());
    say(
        "http",
        new HostPort(config.http().host(), config.http().port())
            + config.http().apiKeyFile().map(key -> ", API key in " + key).orElse(""));
    say("members", members(config));
    if (config.isCore()) {
      say("multicast", multicast(config.multicast()));
      say("wan", config.wan().listen().map(at -> "listens on " + at).orElse("serves no edge"));
      say("retransmit", retransmit(config.retransmit()));
    } else {
      say("wan", "follows " + join(config.wan().home()));
      say("filter", config.wan().filter().toString());
    }
    say("store", "fsync group, history " + config.store().history());
    say("faults", config.faults().on() ? "ON, see the warning" : "off");
  }

  private static String role(NodeConfig config) {
    return config.isCore()
        ? "core node, electorate " + join(config.site().electorate())
        : "edge node";
  }

  private static String members(NodeConfig config) {
    return config
        .memberAddress()
        .map(own -> join(config.site().members()) + ", this one " + own)
        .orElse("none: no cluster manager");
  }

  private static String multicast(MulticastSection multicast) {
    return new HostPort(multicast.group(), multicast.port())
        + " on interface "
        + multicast.interfaceName().orElse("auto")
        + ", fallback "
        + multicast.fallback().name().toLowerCase(Locale.ROOT);
  }

  private static String retransmit(RetransmitSection retransmit) {
    return (retransmit.bufferBytes() >> 20)
        + " MiB, at most "
        + Math.round(retransmit.memberShare() * 100)
        + " % for one member, stale after "
        + retransmit.staleAfter();
  }

  private static String join(List<?> list) {
    return list.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  private void say(String what, String text) {
    terminal.out().printf("%-11s %s%n", what, text);
  }
}
