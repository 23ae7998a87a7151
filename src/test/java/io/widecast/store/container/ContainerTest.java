package io.widecast.store.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ContainerTest {

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Long.getLong("widecast.store.seeds", 5));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName(
      "I2.1 I2.4 I3.1 I3.2 I3.3 I4.1: every snapshot and revision is as a sorted map has it")
  void isAsManySortedMaps(long seed) throws IOException {
    var run = new ContainerRun(seed, seed % 4 != 0);

    for (int i = 0; i < 300; i++) {
      run.step();
    }
    run.checkAll();

    while (run.container.deleteStep()) {
      // to the end
    }
    run.checkAll();
    run.checkpoint();
    run.open();
    run.checkAll();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName("I3.4 I4.1: after a power cut at any write, start and replay lead to the same state")
  void survivesPowerCuts(long seed) throws IOException {
    var run = new ContainerRun(seed * 7919, seed % 4 != 0);

    for (int round = 0; round < 8; round++) {
      for (int i = 0; i < 40; i++) {
        run.step();
      }
      run.crash(
          () -> {
            try {
              run.checkpoint();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          1 + (seed + round * 13) % 40);
      run.replay();
      run.checkAll();
    }
  }
}
