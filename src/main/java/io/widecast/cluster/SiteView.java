package io.widecast.cluster;

import io.widecast.bus.SiteMembers;
import io.widecast.model.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes one list of nodes out of what the cluster manager shows, whatever that is: halves of a
 * split that merged, a node that restarted before its old self was missed, two nodes with one name.
 * Of several that give the same name it keeps the one it saw last. Pure; not thread-safe.
 */
final class SiteView {

  /**
   * @param changed whether {@code members} differ from those before
   * @param warnings what a person should know and was not told before
   */
  record Update(SiteMembers members, boolean changed, List<String> warnings) {}

  private final NodeId site;
  private final Map<String, Sighting> seen = new LinkedHashMap<>(); // by member id, oldest first
  private final Set<String> warned = new HashSet<>(); // about members that are still there
  private SiteMembers members = new SiteMembers(List.of());

  SiteView(NodeId site) {
    this.site = site;
  }

  /** Takes what is there now, all of it, and gives the nodes in the order of their names. */
  Update update(List<Sighting> present) {
    var ids = new HashSet<String>();
    for (Sighting sighting : present) {
      ids.add(sighting.memberId());
      seen.put(sighting.memberId(), sighting); // keeps the place of one that was there before
    }
    seen.keySet().retainAll(ids);

    var warnings = new LinkedHashMap<String, String>(); // by what each is about
    var byName = new TreeMap<NodeId, SiteMembers.Member>();
    for (Sighting sighting : seen.values()) {
      Optional<SiteMembers.Member> member = sighting.member(site);
      if (member.isEmpty()) {
        warnings.put(
            sighting.memberId(),
            "a member at "
                + sighting.address()
                + " is no node of site "
                + site
                + " and is left out: check site.members and node.site there");
        continue;
      }
      SiteMembers.Member before = byName.put(member.get().id(), member.get());
      if (before != null) {
        warnings.put(
            sighting.memberId(),
            "two members call themselves "
                + member.get().id()
                + ", at "
                + before.host()
                + " and "
                + member.get().host()
                + "; the last is believed: check node.id in both unless it was just restarted");
      }
    }
    var news = new ArrayList<String>();
    warnings.forEach(
        (about, text) -> {
          if (warned.add(about)) {
            news.add(text);
          }
        });
    warned.retainAll(warnings.keySet());

    var now = new SiteMembers(List.copyOf(byName.values()));
    boolean changed = !now.equals(members);
    members = now;
    return new Update(now, changed, news);
  }
}
