package io.widecast.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.SiteMembers;
import io.widecast.model.NodeId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteViewTest {

  private static final NodeId PARIS = new NodeId("paris");

  private final SiteView view = new SiteView(PARIS);

  @Test
  void namesTheNodesInOrderWhateverTheOrderOfTheMembers() {
    SiteView.Update update = view.update(List.of(node("m2", "paris-2"), node("m1", "paris-1")));

    assertThat(update.members().members())
        .containsExactly(
            new SiteMembers.Member(new NodeId("paris-1"), "10.0.0.1", 7401, "http://m1:8080"),
            new SiteMembers.Member(new NodeId("paris-2"), "10.0.0.1", 7401, "http://m2:8080"));
    assertThat(update.changed()).isTrue();
    assertThat(update.warnings()).isEmpty();
  }

  @Test
  void theSameMembersAreNoChangeAndAGoneOneIs() {
    view.update(List.of(node("m1", "paris-1"), node("m2", "paris-2")));

    assertThat(view.update(List.of(node("m2", "paris-2"), node("m1", "paris-1"))).changed())
        .isFalse();
    SiteView.Update left = view.update(List.of(node("m1", "paris-1")));
    assertThat(left.changed()).isTrue();
    assertThat(left.members().members()).hasSize(1);
    assertThat(view.update(List.of()).members().members()).isEmpty();
  }

  @Test
  void ofTwoWithOneNameTheOneSeenLastIsBelievedAndOneWarningGiven() {
    view.update(List.of(node("old", "paris-1")));

    SiteView.Update both = view.update(List.of(node("new", "paris-1"), node("old", "paris-1")));
    SiteView.Update again = view.update(List.of(node("old", "paris-1"), node("new", "paris-1")));

    assertThat(both.members().members())
        .extracting(SiteMembers.Member::http)
        .containsExactly("http://new:8080");
    assertThat(both.warnings()).hasSize(1);
    assertThat(both.warnings().get(0)).contains("paris-1").contains("node.id");
    assertThat(again.members()).isEqualTo(both.members());
    assertThat(again.warnings()).isEmpty();
  }

  @Test
  void whenTheLastOfTwoGoesTheOtherIsBelievedAgainAndANewDoubleIsWarnedOf() {
    view.update(List.of(node("a", "paris-1")));
    view.update(List.of(node("a", "paris-1"), node("b", "paris-1")));

    SiteView.Update back = view.update(List.of(node("a", "paris-1")));
    SiteView.Update anew = view.update(List.of(node("a", "paris-1"), node("b", "paris-1")));

    assertThat(back.members().members())
        .extracting(SiteMembers.Member::http)
        .containsExactly("http://a:8080");
    assertThat(anew.warnings()).hasSize(1);
  }

  @Test
  void aMergeOfTwoHalvesIsTheUnionOfBoth() {
    view.update(List.of(node("m1", "paris-1"), node("m2", "paris-2")));

    // After a merge the smaller half's members have new ids.
    SiteView.Update merged =
        view.update(List.of(node("m3", "paris-3"), node("n1", "paris-1"), node("n2", "paris-2")));

    assertThat(merged.members().members())
        .extracting(member -> member.id().text())
        .containsExactly("paris-1", "paris-2", "paris-3");
    assertThat(merged.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "tokyo, paris-1, 7401",
    "paris, PARIS 1, 7401",
    "paris, '', 7401",
    "paris, paris-1, 65536",
    "paris, paris-1, -1",
    "paris, paris-1, x",
    "paris, paris-1, 99999999999"
  })
  void leavesOutWhatIsNoNodeOfThisSiteAndSaysSoOnce(String site, String node, String port) {
    var stranger =
        new Sighting(
            "m9",
            "10.0.0.9",
            Map.of(
                Sighting.SITE, site,
                Sighting.NODE, node,
                Sighting.UNICAST_PORT, port,
                Sighting.HTTP, "http://m9:8080"));

    SiteView.Update update = view.update(List.of(stranger, node("m2", "paris-2")));

    assertThat(update.members().members())
        .extracting(member -> member.id().text())
        .containsExactly("paris-2");
    assertThat(update.warnings()).hasSize(1);
    assertThat(update.warnings().get(0)).contains("10.0.0.9");
    assertThat(view.update(List.of(stranger)).warnings()).isEmpty();
  }

  @Test
  void leavesOutAMemberThatSaysNothing() {
    var silent = new Sighting("m9", "10.0.0.9", Map.of());

    assertThat(view.update(List.of(silent)).members().members()).isEmpty();
  }

  private static Sighting node(String memberId, String name) {
    return new Sighting(
        memberId,
        "10.0.0.1",
        Map.of(
            Sighting.SITE,
            PARIS.text(),
            Sighting.NODE,
            name,
            Sighting.UNICAST_PORT,
            "7401",
            Sighting.HTTP,
            "http://" + memberId + ":8080"));
  }
}
