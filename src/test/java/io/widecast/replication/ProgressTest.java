package io.widecast.replication;

import static io.widecast.replication.Samples.entries;
import static io.widecast.replication.Samples.log;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.Committed;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.replication.log.EntryLog;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A log of 1..9, of which the store has applied 1..3. */
class ProgressTest {

  private static final Function<Key, Optional<Versioned>> EMPTY = key -> Optional.empty();

  private final EntryLog log = log(9);
  private final Progress progress = new Progress(new Token(1, 3), EMPTY, 9);

  @Test
  @DisplayName("I1.3: gives out each committed entry once, in order")
  void givesOutOnce() {
    assertThat(progress.commit(3, log)).isEmpty();
    assertThat(progress.commit(5, log)).contains(new Committed(entries(4, 5), new Token(1, 5)));
    assertThat(progress.commit(5, log)).isEmpty();
    assertThat(progress.commit(4, log)).isEmpty();
    assertThat(progress.committed()).isEqualTo(new Token(1, 5));
    assertThat(progress.commit(6, log)).contains(new Committed(entries(6, 6), new Token(1, 6)));
  }

  @Test
  @DisplayName("token: what was found is decided when all of it is applied")
  void isDecidedWhenApplied() {
    progress.commit(9, log);
    assertThat(progress.isDecided()).isFalse();

    progress.onApplied(EMPTY, 9);
    progress.commit(9, log);

    assertThat(progress.isDecided()).isTrue();
  }

  @Test
  @DisplayName("token: what was found is decided when the rest of it is cut")
  void isDecidedWhenCut() {
    log.cutFrom(4);

    progress.commit(3, log);

    assertThat(progress.isDecided()).isTrue();
  }

  @Test
  void nothingFoundIsDecidedAtOnce() {
    assertThat(new Progress(new Token(1, 9), EMPTY, 9).isDecided()).isTrue();
  }

  @Test
  void goesOnAfterACopy() {
    log.reset(new Token(2, 20));
    progress.onCopied(EMPTY, new Token(2, 20));

    assertThat(progress.commit(20, log)).isEmpty();
    assertThat(progress.isDecided()).isTrue();
    assertThat(progress.committed()).isEqualTo(new Token(2, 20));
  }

  @Test
  @DisplayName("lag: since it was first seen behind, 0 once it is level")
  void measuresLag() {
    assertThat(progress.lagNanos(50)).isZero();
    progress.note(true, 100);
    progress.note(true, 200);
    assertThat(progress.lagNanos(250)).isEqualTo(150);

    progress.note(false, 300);
    assertThat(progress.lagNanos(350)).isZero();
  }
}
