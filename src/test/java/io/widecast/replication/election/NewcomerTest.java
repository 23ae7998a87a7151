package io.widecast.replication.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.wire.LanFrame.Echo;
import io.widecast.wire.LanFrame.Hello;
import io.widecast.wire.LanFrame.VoteRequest;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The newcomer at slot 1 of three. */
class NewcomerTest {

  private static final long NONCE = 77;
  private static final int SELF = 1;

  private final Newcomer newcomer = new Newcomer(SELF, 3, NONCE);

  private void hears(int slot, long term, Token end, long nonce, Echo... echoes) {
    var hello =
        new Hello(new NodeId("x"), 1, 1, "", 0, end, Token.NONE, false, nonce, List.of(echoes));
    newcomer.onHello(slot, term, hello, SELF);
  }

  private static Echo answer() {
    return new Echo(SELF, NONCE);
  }

  private static VoteRequest request(long term, Token end) {
    return new VoteRequest(term, end, false, false);
  }

  private static VoteRequest founding(long term) {
    return new VoteRequest(term, Token.NONE, false, true);
  }

  @Test
  @DisplayName("it votes once everybody has answered, above their terms, for no shorter log")
  void votesOnceItHasHeardAll() {
    hears(0, 5, new Token(5, 90), 0, answer());
    assertThat(newcomer.mayVote(request(9, new Token(8, 100)))).isFalse();
    assertThat(newcomer.missing()).isEqualTo(0b100);

    hears(2, 6, new Token(4, 80), 0, answer());

    assertThat(newcomer.hasHeardAll()).isTrue();
    assertThat(newcomer.mayVote(request(6, new Token(5, 90)))).isFalse(); // it may have voted there
    assertThat(newcomer.mayVote(request(7, new Token(5, 89)))).isFalse();
    assertThat(newcomer.mayVote(request(7, new Token(5, 90)))).isTrue();
  }

  @Test
  @DisplayName("greetings that were sent before it asked, or to another, tell nothing")
  void takesAnswersOnly() {
    hears(0, 5, new Token(5, 90), 0);
    hears(0, 5, new Token(5, 90), 0, new Echo(SELF, NONCE + 1), new Echo(2, NONCE));

    assertThat(newcomer.hasHeard(0)).isFalse();
    assertThat(newcomer.end()).isEqualTo(Token.NONE);
    assertThat(newcomer.hasHeardMember()).isTrue(); // but that there is a member it knows
  }

  @Test
  @DisplayName("of each the newest answer counts: a log may have lost what was not committed")
  void takesTheNewestAnswer() {
    hears(0, 5, new Token(5, 90), 0, answer());
    hears(2, 5, new Token(5, 80), 0, answer());
    hears(0, 6, new Token(5, 85), 0, answer());

    assertThat(newcomer.end()).isEqualTo(new Token(5, 85));
    assertThat(newcomer.term()).isEqualTo(6);
  }

  @Test
  @DisplayName("newcomers found a cluster among themselves, and only where no member is heard")
  void foundsWhereThereIsNoMember() {
    assertThat(newcomer.mayVote(founding(1))).isTrue();
    assertThat(newcomer.mayVote(request(1, Token.NONE))).isFalse();

    hears(0, 1, Token.NONE, 99, answer());
    hears(2, 1, Token.NONE, 98, answer());
    assertThat(newcomer.mayVote(founding(1))).isTrue();
    assertThat(newcomer.isComplete(Token.NONE)).isFalse(); // a member of what?

    hears(2, 1, new Token(1, 1), 0);
    assertThat(newcomer.mayVote(founding(2))).isFalse();
  }

  @Test
  @DisplayName("it is complete once its copy is as far as the longest log was")
  void isCompleteWithTheLongestLog() {
    hears(0, 5, new Token(5, 90), 0, answer());
    hears(2, 5, new Token(4, 95), 98, answer());

    assertThat(newcomer.isComplete(new Token(5, 89))).isFalse();
    assertThat(newcomer.isComplete(new Token(5, 90))).isTrue();
    assertThat(newcomer.isComplete(new Token(6, 91))).isTrue();
  }

  @Test
  void aloneThereIsNobodyToHear() {
    assertThat(new Newcomer(0, 1, NONCE).hasHeardAll()).isTrue();
    assertThat(new Newcomer(63, 64, NONCE).missing()).isEqualTo(Long.MAX_VALUE);
    assertThatThrownBy(() -> new Newcomer(0, 1, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
