package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.NodeId;
import org.junit.jupiter.api.Test;

class VisibilityTrackerTest {

  private static final NodeId NODE = new NodeId("n");

  private final VisibilityTracker tracker = new VisibilityTracker();

  @Test
  void aRevisionIsVisibleSinceTheNodeWasFirstHeardAtOrAboveIt() {
    tracker.onRevision(NODE, 5, 100);
    tracker.onRevision(NODE, 9, 200);
    tracker.onRevision(NODE, 9, 300);

    assertThat(tracker.since(NODE, 6)).hasValue(200);
    assertThat(tracker.since(NODE, 9)).hasValue(200);
    assertThat(tracker.since(NODE, 10)).isEmpty();
    assertThat(tracker.since(NODE, 5)).as("maybe long before it was first heard").isEmpty();
    assertThat(tracker.since(new NodeId("other"), 1)).isEmpty();
    assertThat(tracker.revisionOf(NODE)).isEqualTo(9);
  }

  @Test
  void aNodeThatFellBackCountsFromItsReturn() {
    tracker.onRevision(NODE, 1, 100);
    tracker.onRevision(NODE, 9, 200);
    tracker.onRevision(NODE, 2, 300);
    tracker.onRevision(NODE, 9, 400);

    assertThat(tracker.since(NODE, 9)).hasValue(400);
  }

  @Test
  void onlyTheNewestMovesAreRemembered() {
    for (int revision = 1; revision <= VisibilityTracker.SAMPLES_MAX + 10; revision++) {
      tracker.onRevision(NODE, revision, revision);
    }

    assertThat(tracker.since(NODE, 11)).isEmpty();
    assertThat(tracker.since(NODE, 12)).hasValue(12);
  }
}
