package io.widecast.config;

import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What must hold across keys. Each check runs when the keys it looks at are usable on their own.
 */
final class Combinations {

  private final Values values;
  private final List<ConfigProblem> problems;

  private Combinations(Values values, List<ConfigProblem> problems) {
    this.values = values;
    this.problems = problems;
  }

  static void check(Values values, List<ConfigProblem> problems) {
    var combinations = new Combinations(values, problems);
    combinations.checkRole();
    combinations.checkMembers();
    combinations.checkPorts();
  }

  /** A core node is in the electorate and has no home; an edge node is the other way round. */
  private void checkRole() {
    if (!values.has(ConfigKeys.NODE_ID, ConfigKeys.SITE_ELECTORATE, ConfigKeys.WAN_HOME)) {
      return;
    }
    NodeId id = values.get(ConfigKeys.NODE_ID);
    List<NodeId> electorate = values.get(ConfigKeys.SITE_ELECTORATE);
    boolean hasHome = !values.get(ConfigKeys.WAN_HOME).isEmpty();
    if (electorate.isEmpty()) {
      if (!hasHome) {
        problem(
            ConfigKeys.WAN_HOME,
            "is missing, and so is site.electorate: a core node stands in site.electorate, an edge"
                + " node names the home site's addresses in wan.home");
      }
      return;
    }
    if (!electorate.contains(id)) {
      problem(
          ConfigKeys.SITE_ELECTORATE,
          electorate
              + " does not contain node.id '"
              + id
              + "'; add it, or leave the electorate out where this is an edge node");
    }
    if (hasHome) {
      problem(
          ConfigKeys.WAN_HOME,
          "a core node (site.electorate is given) has no home site to follow; remove one of both");
    }
    if (values.has(ConfigKeys.WAN_FILTER)
        && !values.get(ConfigKeys.WAN_FILTER).equals(Filter.ALL)) {
      problem(
          ConfigKeys.WAN_FILTER,
          "a core node holds every key: only an edge node has a filter, here "
              + values.get(ConfigKeys.WAN_FILTER));
    }
  }

  private void checkMembers() {
    if (!values.has(
        ConfigKeys.NODE_ID,
        ConfigKeys.SITE_MEMBERS,
        ConfigKeys.SITE_ELECTORATE,
        ConfigKeys.SITE_ADDRESS)) {
      return;
    }
    SiteSection site = ConfigReader.site(values);
    NodeId id = values.get(ConfigKeys.NODE_ID);
    if (site.members().isEmpty()) {
      if (site.address().isPresent()) {
        problem(ConfigKeys.SITE_ADDRESS, "has no meaning without site.members");
      }
      return;
    }
    int members = site.members().size();
    int electors = site.electorate().size();
    if (electors > 0 && members != electors) {
      problem(
          ConfigKeys.SITE_MEMBERS,
          "has "
              + members
              + " addresses for the "
              + electors
              + " nodes of site.electorate; give one for each, in the same order");
    } else if (site.address().isPresent() && !site.members().contains(site.address().get())) {
      problem(
          ConfigKeys.SITE_ADDRESS,
          "'" + site.address().get() + "' is not one of site.members " + site.members());
    } else if (electors > 0 && contradicts(site, id)) {
      problem(
          ConfigKeys.SITE_ADDRESS,
          "'"
              + site.address().get()
              + "' is not the address of '"
              + id
              + "': by the order of site.electorate that is "
              + site.members().get(site.electorate().indexOf(id)));
    } else if (electors == 0 && members > 1 && site.address().isEmpty()) {
      problem(
          ConfigKeys.SITE_ADDRESS,
          "is missing: which of site.members " + site.members() + " is this node?");
    }
    for (HostPort member : site.members()) {
      if (member.port() == 0) {
        problem(
            ConfigKeys.SITE_MEMBERS,
            "'" + member + "' has port 0; the others must know the port, 1..65535");
      }
    }
  }

  private static boolean contradicts(SiteSection site, NodeId id) {
    int index = site.electorate().indexOf(id);
    return index >= 0
        && site.address().isPresent()
        && !site.members().get(index).equals(site.address().get());
  }

  /** Which of the members a node is; empty where that cannot be told. */
  static Optional<HostPort> memberAddress(NodeId id, SiteSection site) {
    int index = site.electorate().indexOf(id);
    if (site.address().isPresent()) {
      return site.address();
    }
    if (index >= 0 && index < site.members().size()) {
      return Optional.of(site.members().get(index));
    }
    return site.members().size() == 1 ? Optional.of(site.members().get(0)) : Optional.empty();
  }

  /** Two sockets of one node on one port would fail only later, and name no key. */
  private void checkPorts() {
    var tcp = new HashMap<HostPort, String>();
    if (values.has(ConfigKeys.HTTP_HOST, ConfigKeys.HTTP_PORT)) {
      var http = new HostPort(values.get(ConfigKeys.HTTP_HOST), values.get(ConfigKeys.HTTP_PORT));
      tcp.put(http, ConfigKeys.HTTP_PORT.path());
    }
    if (values.has(ConfigKeys.WAN_LISTEN)) {
      values
          .get(ConfigKeys.WAN_LISTEN)
          .ifPresent(listen -> claim(tcp, listen, ConfigKeys.WAN_LISTEN));
    }
    if (values.has(
        ConfigKeys.NODE_ID,
        ConfigKeys.SITE_MEMBERS,
        ConfigKeys.SITE_ELECTORATE,
        ConfigKeys.SITE_ADDRESS)) {
      memberAddress(values.get(ConfigKeys.NODE_ID), ConfigReader.site(values))
          .ifPresent(member -> claim(tcp, member, ConfigKeys.SITE_MEMBERS));
    }
    if (values.has(ConfigKeys.MULTICAST_PORT, ConfigKeys.MULTICAST_UNICAST_PORT)
        && values
            .get(ConfigKeys.MULTICAST_PORT)
            .equals(values.get(ConfigKeys.MULTICAST_UNICAST_PORT))) {
      problem(
          ConfigKeys.MULTICAST_UNICAST_PORT,
          "is the group's port too; a node needs a unicast port of its own, or 0 for a free one");
    }
  }

  private void claim(Map<HostPort, String> claimed, HostPort address, ConfigKey<?> key) {
    String other = address.port() == 0 ? null : claimed.putIfAbsent(address, key.path());
    if (other != null) {
      problem(key, "'" + address + "' is taken by " + other + " already; use another port");
    }
  }

  private void problem(ConfigKey<?> key, String detail) {
    problems.add(new ConfigProblem(values.place(key), key.path(), detail));
  }

  /** What is lawful and should be said all the same, a sentence each. */
  static List<String> warnings(NodeConfig config) {
    var warnings = new ArrayList<String>();
    FaultsSection faults = config.faults();
    if (faults.on()) {
      warnings.add(
          "FAULT INJECTION IS ON: loss %s, duplicate %s, reorder %s, delay %s, cut %s, seed %d"
              .formatted(
                  percent(faults.loss()),
                  percent(faults.duplicate()),
                  percent(faults.reorder()),
                  ValueType.spell(faults.delay()),
                  percent(faults.cut()),
                  faults.seed()));
    }
    if (!config.isCore() && config.wan().listen().isPresent()) {
      warnings.add("wan.listen has no effect: an edge node serves no streams");
    }
    if (!config.isCore() && config.wan().filter().equals(Filter.ALL)) {
      warnings.add("wan.filter is [\"**\"]: this edge node takes every key over the WAN");
    }
    return warnings;
  }

  private static String percent(double share) {
    return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString() + "%";
  }
}
