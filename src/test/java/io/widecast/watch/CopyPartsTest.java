package io.widecast.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Metrics;
import io.widecast.model.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CopyPartsTest {

  private final Model model = new Model();
  private WatchHub hub;

  @BeforeEach
  void fill() {
    model.publish(IntStream.range(10, 40).mapToObj(i -> Key.of("k" + i)).toList(), false);
    var limits = new WatchLimits(9, 9999, 400, 9, 9999, 9, 9999, 9999, 99, 100, 1L << 40);
    hub = new WatchHub(limits, new Metrics(), model.view());
  }

  private List<Frame> copy(String pattern) {
    Watch watch = hub.open(Selection.parse(List.of(pattern)), Since.START, true, 1);
    var frames = new ArrayList<Frame>();
    for (Optional<Frame> frame = watch.next(2); frame.isPresent(); frame = watch.next(2)) {
      frames.add(frame.get());
    }
    return frames;
  }

  @Test
  void copiesOfOneSelectionAndPositionAreTheSameFrames() {
    List<Frame> first = copy("**");
    List<Frame> second = copy("**");

    assertThat(first).hasSizeGreaterThan(3);
    for (int i = 0; i < first.size() - 1; i++) { // the last one says where it ends
      assertThat(second.get(i)).isSameAs(first.get(i));
    }
  }

  @Test
  void anotherSelectionOrPositionIsReadAnew() {
    List<Frame> first = copy("**");

    assertThat(copy("*").get(0)).isNotSameAs(first.get(0)).isEqualTo(first.get(0));
    hub.onApplied(model.applied(List.of(model.publish(List.of(Key.of("a")), false)), false));
    assertThat(copy("**").get(0)).isNotEqualTo(first.get(0));
  }
}
