package io.widecast.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotScheduleTest {

  private static final long NOON = 1_795_608_000_000L; // 2026-11-25T12:00:00Z

  private static SnapshotInfo at(String name, long millis) {
    return new SnapshotInfo(name, new Token(1, 1), millis, 0, 0, false, 0);
  }

  @Test
  void takesOneNamedForItsTimeWhenTheLastIsOldEnough() {
    var schedule = new SnapshotSchedule(3_600_000, 2);

    assertThat(schedule.due(List.of(), NOON)).contains("auto-20261125t120000z");
    assertThat(schedule.due(List.of(at("auto-a", NOON - 3_599_999)), NOON)).isEmpty();
    assertThat(schedule.due(List.of(at("auto-a", NOON - 3_600_000)), NOON)).isPresent();
    assertThat(schedule.due(List.of(at("mine", NOON)), NOON)).isPresent();
    assertThat(schedule.due(List.of(at("auto-20261125t120000z", 0)), NOON)).isEmpty();
  }

  @Test
  void givesUpTheOldestOfItsOwn() {
    var schedule = new SnapshotSchedule(1000, 2);
    List<SnapshotInfo> snapshots =
        List.of(at("auto-4", 4), at("mine", 0), at("auto-2", 2), at("auto-3", 3), at("auto-1", 1));

    assertThat(schedule.surplus(snapshots)).containsExactly("auto-1", "auto-2");
    assertThat(new SnapshotSchedule(1000, 4).surplus(snapshots)).isEmpty();
  }

  @Test
  void doesNothingWhenItIsOff() {
    assertThat(SnapshotSchedule.NEVER.due(List.of(), NOON)).isEmpty();
    assertThat(SnapshotSchedule.NEVER.surplus(List.of(at("auto-1", 1), at("auto-2", 2)))).isEmpty();
  }
}
