package io.widecast.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.ErrorCode;
import io.widecast.model.ReadOutcome;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IndexAsksTest {

  private static final ReadOutcome FIRST = new ReadOutcome.At(new Token(1, 1), Optional.empty());
  private static final ReadOutcome SECOND = new ReadOutcome.At(new Token(1, 2), Optional.empty());
  private static final ReadOutcome.Refused LOST =
      new ReadOutcome.Refused(ErrorCode.NO_MASTER, "nobody is there");

  private final List<Long> questions = new ArrayList<>();
  private final List<String> answers = new ArrayList<>();
  private boolean connected = true;
  private final IndexAsks asks =
      new IndexAsks(
          number -> {
            questions.add(number);
            return connected;
          },
          LOST);

  private void add(String name) {
    asks.add(outcome -> answers.add(name + " " + text(outcome)));
  }

  private static String text(ReadOutcome outcome) {
    return outcome instanceof ReadOutcome.At at
        ? at.index().toString()
        : ((ReadOutcome.Refused) outcome).code().type();
  }

  @Test
  @DisplayName("who comes while a question is under way shares the next one, never that")
  void sharesTheNextQuestion() {
    add("a");
    add("b");
    add("c");
    assertThat(questions).containsExactly(1L);

    asks.onAnswer(1, FIRST);
    assertThat(answers).containsExactly("a 1.1");
    assertThat(questions).containsExactly(1L, 2L);

    asks.onAnswer(1, SECOND); // once more: nothing
    asks.onAnswer(2, SECOND);
    assertThat(answers).containsExactly("a 1.1", "b 1.2", "c 1.2");
    assertThat(questions).containsExactly(1L, 2L);
  }

  @Test
  void everybodyHearsOfALostConnection() {
    add("a");
    add("b");

    asks.onLost();
    asks.onAnswer(1, FIRST);

    assertThat(answers).containsExactly("a no-master", "b no-master");
    add("c");
    asks.onAnswer(2, SECOND);
    assertThat(answers).last().isEqualTo("c 1.2");
  }

  @Test
  void withoutAConnectionTheAnswerComesAtOnce() {
    connected = false;

    add("a");

    assertThat(answers).containsExactly("a no-master");
  }

  @Test
  @DisplayName("a read that comes as an answer is given asks anew")
  void asksAnewFromWithinAnAnswer() {
    asks.add(outcome -> add("b"));

    asks.onAnswer(1, FIRST);

    assertThat(questions).containsExactly(1L, 2L);
    asks.onAnswer(2, SECOND);
    assertThat(answers).containsExactly("b 1.2");
  }

  @Test
  void holdsABoundedNumber() {
    for (int i = 0; i < IndexAsks.WAITING_MAX; i++) {
      add("a");
    }
    add("too many");

    assertThat(answers).containsExactly("too many overloaded");
  }
}
