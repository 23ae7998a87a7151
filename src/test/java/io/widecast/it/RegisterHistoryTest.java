package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RegisterHistoryTest {

  private final RegisterHistory history = new RegisterHistory();

  @Test
  void oneAfterTheOtherIsSound() {
    history.onRead("", 1, 2);
    history.onWrite("a", 3, 4);
    history.onRead("a", 5, 6);
    history.onWrite("b", 7, 8);
    history.onRead("b", 9, 10);

    assertThat(history.flaw()).isEmpty();
    assertThat(history.reads()).isEqualTo(3);
  }

  @Test
  void aStaleReadIsNot() {
    history.onWrite("a", 1, 2);
    history.onWrite("b", 3, 4);
    history.onRead("a", 5, 6);

    assertThat(history.flaw()).isPresent();
  }

  @Test
  void aLostWriteIsNot() {
    history.onWrite("a", 1, 2);
    history.onRead("", 3, 4);

    assertThat(history.flaw()).isPresent();
  }

  @Test
  void aReadBeforeItsWriteIsNot() {
    history.onRead("a", 1, 2);
    history.onWrite("a", 3, 4);

    assertThat(history.flaw()).hasValueSatisfying(flaw -> assertThat(flaw).contains("before"));
  }

  @Test
  void aValueThatNobodyWroteIsNot() {
    history.onRead("x", 1, 2);

    assertThat(history.flaw()).isPresent();
  }

  @Test
  @DisplayName("a value that comes back is not: seen, replaced, seen again")
  void aValueThatComesBackIsNot() {
    history.onWrite("a", 1, 20);
    history.onWrite("b", 1, 20);
    history.onRead("a", 2, 3);
    history.onRead("b", 4, 5);
    history.onRead("a", 6, 7);

    assertThat(history.flaw()).isPresent();
  }

  @Test
  void whatOverlapsMayBeInAnyOrder() {
    history.onWrite("a", 1, 10);
    history.onWrite("b", 1, 10);
    history.onRead("b", 2, 3);
    history.onRead("a", 4, 12);
    history.onRead("a", 13, 14);

    assertThat(history.flaw()).isEmpty();
  }

  @Test
  void anOpenWriteMayTakeEffectAtAnyTimeOrNever() {
    history.onWrite("a", 1, 2);
    history.onWrite("late", 3, RegisterHistory.OPEN);
    history.onWrite("never", 3, RegisterHistory.OPEN);
    history.onRead("a", 4, 5);
    history.onRead("late", 6, 7);
    history.onRead("late", 8, 9);

    assertThat(history.flaw()).isEmpty();

    history.onRead("a", 10, 11);
    assertThat(history.flaw()).isPresent();
  }

  private record Operation(boolean write, String value, long call, long answer) {}

  @RepeatedTest(500)
  @DisplayName("small random histories are judged as trying every order judges them")
  void agreesWithTryingEveryOrder(RepetitionInfo repetition) {
    var random = new SplittableRandom(repetition.getCurrentRepetition());
    var operations = new ArrayList<Operation>();
    List<String> values = List.of("", "a", "b", "c");
    for (String value : values.subList(1, 4)) {
      operations.add(drawn(true, value, random));
    }
    for (int i = 0; i < 4; i++) {
      operations.add(drawn(false, values.get(random.nextInt(4)), random));
    }
    for (Operation each : operations) {
      if (each.write()) {
        history.onWrite(each.value(), each.call(), each.answer());
      } else {
        history.onRead(each.value(), each.call(), each.answer());
      }
    }

    assertThat(history.flaw().isEmpty()).isEqualTo(hasAnOrder("", operations));
  }

  private static Operation drawn(boolean write, String value, SplittableRandom random) {
    // All moments differ: what happens at the same moment is no order.
    long call = random.nextInt(40) * 1_000L + random.nextInt(500);
    return new Operation(write, value, call, call + 501 + random.nextInt(15) * 1_000L);
  }

  /** Tries every operation that may be next. */
  private static boolean hasAnOrder(String held, List<Operation> left) {
    long firstAnswer = left.stream().mapToLong(Operation::answer).min().orElse(Long.MAX_VALUE);
    for (Operation next : left) {
      if (next.call() < firstAnswer && (next.write() || next.value().equals(held))) {
        var rest = new ArrayList<>(left);
        rest.remove(next);
        if (hasAnOrder(next.write() ? next.value() : held, rest)) {
          return true;
        }
      }
    }
    return left.isEmpty();
  }
}
