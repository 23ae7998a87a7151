package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DelayWindowTest {

  private static final int MAX = 8;
  private static final long QUEUEING = 100;

  private final DelayWindow window = new DelayWindow(MAX, QUEUEING);

  private void answers(int times, long nanos) {
    for (int i = 0; i < times; i++) {
      window.onAnswer(nanos);
    }
  }

  @Test
  void opensWithEachAnswerUpToItsMaximum() {
    assertThat(window.size()).isOne();
    answers(3, 50);
    assertThat(window.size()).isEqualTo(4);
    answers(100, 50);
    assertThat(window.size()).isEqualTo(MAX);
  }

  @Test
  void opensForAReceiverThatIsFarAway() {
    answers(100, 50 * QUEUEING);
    assertThat(window.size()).isEqualTo(MAX);
  }

  @Test
  void closesWhileAnswersAreLateAndOpensAgain() {
    answers(MAX, 50);
    answers(3, 50 + QUEUEING + 1);
    assertThat(window.size()).isEqualTo(MAX - 3);
    answers(100, 50 + QUEUEING + 1);
    assertThat(window.size()).as("something must be under way to see that it is better").isOne();
    answers(1, 50 + QUEUEING);
    assertThat(window.size()).isEqualTo(2);
  }

  @Test
  void measuresFromTheFastestAnswerSoFar() {
    answers(2, 10 * QUEUEING); // it had only just started
    answers(1, 50);
    answers(1, 10 * QUEUEING);
    assertThat(window.size()).isEqualTo(3);
  }
}
