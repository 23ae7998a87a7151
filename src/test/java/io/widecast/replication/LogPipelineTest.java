package io.widecast.replication;

import static io.widecast.replication.Samples.entries;
import static io.widecast.replication.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.HardState;
import io.widecast.bus.LogWrite;
import io.widecast.model.Token;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LogPipelineTest {

  private final LogPipeline disk = new LogPipeline(0);

  @Test
  void gathersWhileAWriteIsInFlight() {
    disk.append(entries(1, 1));
    assertThat(next().entries()).isEqualTo(entries(1, 1));

    disk.append(entries(2, 2));
    disk.append(entry(3));
    assertThat(disk.next(Token.NONE, 1, false)).isEmpty();

    disk.onDurable();
    assertThat(disk.durable()).isEqualTo(1);
    assertThat(next().entries()).isEqualTo(entries(2, 3));
  }

  @Test
  void writesNothingForNothing() {
    assertThat(disk.next(Token.NONE, 1, false)).isEmpty();
  }

  @Test
  @DisplayName("step 24: a cut reaches what is on disk, in flight and waiting")
  void cutsEverywhere() {
    write(1, 2);
    disk.append(entries(3, 4));
    next();
    disk.append(entries(5, 6));

    disk.cut(4);
    disk.append(entry(2, 4, 1, "other"));
    disk.onDurable();
    assertThat(disk.durable()).isEqualTo(3);

    LogWrite write = next();
    assertThat(write.cutFrom()).isEqualTo(4);
    assertThat(write.entries()).containsExactly(entry(2, 4, 1, "other"));
    disk.onDurable();
    assertThat(disk.durable()).isEqualTo(4);
  }

  @Test
  @DisplayName("step 24: what was never given to the disk needs no cut there")
  void cutsOnlyWhatIsWritten() {
    write(1, 2);
    disk.append(entries(3, 5));

    disk.cut(4);

    assertThat(next().cutFrom()).isZero();
    disk.onDurable();
    assertThat(disk.durable()).isEqualTo(3);
  }

  @Test
  void remembersTheLowestOfSeveralCuts() {
    write(1, 6);

    disk.cut(5);
    disk.append(entry(2, 5, 1, "five"));
    disk.cut(3);

    LogWrite write = next();
    assertThat(write.cutFrom()).isEqualTo(3);
    assertThat(write.entries()).isEmpty();
    assertThat(disk.durable()).isEqualTo(2);
  }

  @Test
  @DisplayName("a failed write never goes behind the copy that stands in for it")
  void aCopyReplacesAFailedWrite() {
    var vote = new HardState(3, 1);
    disk.remember(vote);
    disk.append(entries(1, 2));
    next();
    disk.onFailed(0);

    disk.reset(new Token(2, 50));

    LogWrite retried = disk.retry(false, LogPipeline.RETRY_NANOS).orElseThrow();
    assertThat(retried.entries()).isEmpty();
    assertThat(retried.hardState()).contains(vote);
    disk.onDurable();
    assertThat(disk.durable()).isEqualTo(50);
  }

  @Test
  @DisplayName("beside a copy only term and vote go to the disk")
  void writesVotesBesideACopy() {
    var vote = new HardState(3, 1);
    disk.append(entries(1, 2));
    assertThat(disk.next(Token.NONE, 1, true)).isEmpty();

    disk.remember(vote);
    assertThat(disk.next(Token.NONE, 1, true))
        .contains(new LogWrite(Optional.of(vote), 0, List.of(), Token.NONE, 1));
    disk.onDurable();

    assertThat(disk.durable()).isZero();
    assertThat(next().entries()).isEqualTo(entries(1, 2));
  }

  @Test
  @DisplayName("a write that failed goes again as it is, after a while, and is then on disk")
  void triesAgain() {
    disk.append(entries(1, 2));
    LogWrite write = next();

    disk.onFailed(0);
    assertThat(disk.isFull()).isTrue();
    assertThat(disk.retry(false, LogPipeline.RETRY_NANOS - 1)).isEmpty();
    assertThat(disk.nextTimerNanos()).isEqualTo(LogPipeline.RETRY_NANOS);
    assertThat(disk.retry(false, LogPipeline.RETRY_NANOS)).containsSame(write);
    assertThat(disk.retry(false, 2 * LogPipeline.RETRY_NANOS)).isEmpty();

    disk.onDurable();
    assertThat(disk.isFull()).isFalse();
    assertThat(disk.durable()).isEqualTo(2);
  }

  @Test
  @DisplayName("a write that failed waits for a copy that may stand in for it")
  void doesNotGoBehindACopy() {
    disk.append(entries(1, 2));
    next();
    disk.onFailed(0);

    assertThat(disk.retry(true, LogPipeline.RETRY_NANOS)).isEmpty();

    assertThat(disk.retry(false, 2 * LogPipeline.RETRY_NANOS)).isPresent();
  }

  @Test
  @DisplayName("it is behind when more than 32 MiB wait for the write before them")
  void saysWhenItIsBehind() {
    disk.append(entries(1, 1));
    next();
    for (long r = 2; r <= 32; r++) {
      disk.append(entry(1, r, 1, "k", 1 << 20));
    }
    assertThat(disk.isBehind()).isFalse();

    disk.append(entry(1, 33, 1, "k", 1 << 20));

    assertThat(disk.isBehind()).isTrue();
    disk.cut(33);
    assertThat(disk.isBehind()).isFalse();

    disk.append(entry(1, 33, 1, "k", 1 << 20));
    disk.onDurable();
    next();
    assertThat(disk.isBehind()).isFalse();
  }

  private void write(long first, long last) {
    disk.append(entries(first, last));
    next();
    disk.onDurable();
  }

  private LogWrite next() {
    return disk.next(Token.NONE, 1, false).orElseThrow();
  }
}
