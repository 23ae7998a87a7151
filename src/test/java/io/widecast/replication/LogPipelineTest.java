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

    disk.reset(new Token(2, 50));

    assertThat(disk.inFlight().entries()).isEmpty();
    assertThat(disk.inFlight().hardState()).contains(vote);
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
  void countsWhatWaits() {
    disk.append(entries(1, 3));
    assertThat(disk.backlogBytes()).isEqualTo(bytes(1, 3));

    disk.cut(3);
    assertThat(disk.backlogBytes()).isEqualTo(bytes(1, 2));

    next();
    assertThat(disk.backlogBytes()).isZero();
  }

  private static long bytes(long first, long last) {
    return entries(first, last).stream().mapToLong(entry -> entry.sizeBytes()).sum();
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
