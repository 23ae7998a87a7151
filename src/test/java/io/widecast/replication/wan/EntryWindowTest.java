package io.widecast.replication.wan;

import static io.widecast.replication.Samples.entries;
import static io.widecast.replication.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryWindowTest {

  private static final long ROOMY = 1 << 20;

  @Test
  void givesWhatComesAfterARevision() {
    var window = new EntryWindow(Token.NONE, ROOMY);
    window.onApplied(entries(1, 5), new Token(1, 5));

    assertThat(window.after(0, 2)).isEqualTo(entries(1, 2));
    assertThat(window.after(3, 10)).isEqualTo(entries(4, 5));
    assertThat(window.after(5, 10)).isEmpty();
  }

  @Test
  void forgetsTheOldestBeyondItsBytes() {
    long bytes = entry(4).sizeBytes() + entry(5).sizeBytes();
    var window = new EntryWindow(Token.NONE, bytes);

    window.onApplied(entries(1, 5), new Token(1, 5));

    assertThat(window.first()).isEqualTo(4);
    assertThat(window.after(0, 10)).isEqualTo(entries(4, 5));
    assertThat(window.lastRevision()).isEqualTo(5);
  }

  @Test
  void staysSmallForEver() {
    var window = new EntryWindow(Token.NONE, 3L * entry(9_999).sizeBytes());

    for (long revision = 1; revision <= 9_999; revision++) {
      window.onApplied(List.of(entry(revision)), new Token(1, revision));
    }

    assertThat(window.after(0, 10_000)).isEqualTo(entries(9_997, 9_999));
  }

  @Test
  void takesEachEntryOnce() {
    var window = new EntryWindow(new Token(1, 3), ROOMY);

    window.onApplied(entries(2, 5), new Token(1, 5));

    assertThat(window.after(0, 10)).isEqualTo(entries(4, 5));
    assertThat(window.first()).isEqualTo(4);
  }

  @Test
  void aWatermarkMovesItOn() {
    var window = new EntryWindow(Token.NONE, ROOMY);
    window.onApplied(entries(1, 2), new Token(1, 2));

    window.onApplied(List.of(), new Token(1, 9));

    assertThat(window.last()).isEqualTo(new Token(1, 9));
    assertThat(window.lastRevision()).isEqualTo(2);
  }

  @Test
  void aJumpForgetsEverything() {
    var window = new EntryWindow(Token.NONE, ROOMY);
    window.onApplied(entries(1, 5), new Token(1, 5));

    window.onJump(new Token(2, 50));

    assertThat(window.first()).isEqualTo(51);
    assertThat(window.after(0, 10)).isEmpty();
    assertThat(window.last()).isEqualTo(new Token(2, 50));
  }

  @Test
  void knowsPositionsOfItsHistory() {
    var window = new EntryWindow(Token.NONE, ROOMY);
    window.onApplied(List.of(entry(1), entry(2, 2, 1, "x")), new Token(2, 2));

    assertThat(window.agrees(new Token(1, 1))).isTrue();
    assertThat(window.agrees(new Token(2, 2))).isTrue();
    assertThat(window.agrees(new Token(1, 2))).isFalse();
    assertThat(window.agrees(new Token(3, 9))).isFalse();
  }
}
