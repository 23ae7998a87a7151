package io.widecast.replication.wan;

import static io.widecast.replication.Samples.entries;
import static io.widecast.replication.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.LogWrite;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.replication.wan.EdgeReceiver.Output;
import io.widecast.wire.StreamFrame;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EdgeReceiverTest {

  private final EdgeReceiver receiver = new EdgeReceiver(new Token(1, 1));

  @Test
  @DisplayName("step 7: entries are durable first, then shown and acknowledged")
  void acknowledgesWhatIsDurable() {
    assertThat(receiver.onEntries(frame(0, 5, entry(3))))
        .containsExactly(write(new Token(1, 5), entry(3)));
    assertThat(receiver.position()).isEqualTo(new Token(1, 1));

    assertThat(receiver.onLogDurable())
        .containsExactly(new Output.Commit(new Committed(entries(3, 3), new Token(1, 5))), ack(5));
    assertThat(receiver.position()).isEqualTo(new Token(1, 5));
    assertThat(receiver.isIdle()).isTrue();
  }

  @Test
  void gathersWhileAWriteIsInFlight() {
    receiver.onEntries(frame(0, 2, entry(2)));

    assertThat(receiver.onEntries(frame(2, 3, entry(3)))).isEmpty();
    assertThat(receiver.onEntries(frame(3, 4, entry(4)))).isEmpty();

    assertThat(receiver.onLogDurable()).contains(write(new Token(1, 4), entry(3), entry(4)));
  }

  @Test
  @DisplayName("step 16: a watermark makes it current without data")
  void takesWatermarks() {
    assertThat(receiver.onEntries(frame(0, 9))).containsExactly(write(new Token(1, 9)));

    assertThat(receiver.onLogDurable()).contains(ack(9));
  }

  @Test
  @DisplayName("a watermark that says nothing new is not written")
  void writesNothingForAKeepAlive() {
    assertThat(receiver.onEntries(frame(0, 1))).isEmpty();
  }

  @Test
  @DisplayName("step 15: holes are normal, another prevSeq is loss")
  void noticesLoss() {
    receiver.onEntries(frame(0, 4, entry(4)));
    assertThat(receiver.onEntries(frame(4, 9, entry(9)))).isEmpty();

    assertThat(receiver.onEntries(frame(7, 12, entry(12))))
        .hasSize(1)
        .first()
        .isInstanceOf(Output.Reconnect.class);
  }

  @Test
  void refusesWhatGoesBack() {
    receiver.onEntries(frame(0, 4, entry(4)));

    assertReconnects(receiver.onEntries(frame(4, 6, entry(4))));
    assertReconnects(receiver.onEntries(frame(4, 3)));
    assertReconnects(receiver.onEntries(frame(4, 6, entry(6), entry(5))));
    assertReconnects(receiver.onEntries(frame(4, 5, entry(6))));
  }

  @Test
  @DisplayName("step 17: a new stream resumes from what is on disk")
  void resumesFromTheDisk() {
    receiver.onEntries(frame(0, 2, entry(2)));
    receiver.onEntries(frame(2, 3, entry(3)));
    receiver.onLogDurable();
    receiver.onLogDurable();
    receiver.onEntries(frame(3, 4, entry(4)));
    receiver.onLogDurable();

    receiver.onConnected();

    assertThat(receiver.position()).isEqualTo(new Token(1, 4));
    assertThat(receiver.onEntries(frame(0, 5, entry(5)))).hasSize(1);
  }

  @Test
  @DisplayName("step 18: a copy is passed on in parts, and counts when it is on disk")
  void takesACopy() {
    var fresh = new EdgeReceiver(Token.NONE);
    var at = new Token(1, 7);
    assertThat(fresh.hasCopy()).isFalse();

    assertThat(fresh.onCopyBegin(new StreamFrame.CopyBegin(at, Optional.empty())))
        .containsExactly(new Output.Copy(CopyPart.Begin.whole(at)));
    fresh.onCopyRows(new StreamFrame.CopyRows(new CopyPiece(List.of(), List.of(), Key.of("a"))));
    assertThat(fresh.onCopyEnd(new StreamFrame.CopyEnd(at, 0)))
        .containsExactly(new Output.Copy(new CopyPart.End()));
    assertThat(fresh.onEntries(frame(7, 8, entry(8)))).isEmpty();
    assertThat(fresh.isIdle()).isFalse();

    assertThat(fresh.onCopied()).containsExactly(ack(7), write(new Token(1, 8), entry(8)));
    assertThat(fresh.hasCopy()).isTrue();
  }

  @Test
  void refusesACopyWithMissingRows() {
    var fresh = new EdgeReceiver(Token.NONE);
    fresh.onCopyBegin(new StreamFrame.CopyBegin(new Token(1, 7), Optional.empty()));

    assertReconnects(fresh.onCopyEnd(new StreamFrame.CopyEnd(new Token(1, 7), 1)));
  }

  @Test
  void refusesFramesOutOfPlace() {
    assertReconnects(
        receiver.onCopyRows(
            new StreamFrame.CopyRows(new CopyPiece(List.of(), List.of(), Key.of("a")))));
    assertReconnects(receiver.onCopyEnd(new StreamFrame.CopyEnd(new Token(1, 7), 0)));
    receiver.onCopyBegin(new StreamFrame.CopyBegin(new Token(1, 7), Optional.empty()));

    assertReconnects(receiver.onEntries(frame(0, 2, entry(2))));
  }

  @Test
  void beginsAnewAfterACutCopy() {
    receiver.onCopyBegin(new StreamFrame.CopyBegin(new Token(1, 7), Optional.empty()));

    receiver.onConnected();

    assertThat(receiver.isCopying()).isFalse();
    assertThat(receiver.hasCopy()).isTrue();
    assertThat(receiver.onEntries(frame(0, 2, entry(2)))).hasSize(1);
  }

  @Test
  void triesAFailedWriteAgainAsItIs() {
    List<Output> first = receiver.onEntries(frame(0, 2, entry(2)));
    receiver.onEntries(frame(2, 3, entry(3)));

    assertThat(receiver.retry()).isEqualTo(first.get(0));
  }

  private static void assertReconnects(List<Output> outputs) {
    assertThat(outputs).hasSize(1).first().isInstanceOf(Output.Reconnect.class);
  }

  private static StreamFrame.Entries frame(long prevRevision, long upTo, EncodedEntry... entries) {
    return new StreamFrame.Entries(prevRevision, List.of(entries), new Token(1, upTo));
  }

  private static Output write(Token upTo, EncodedEntry... entries) {
    return new Output.WriteLog(new LogWrite(Optional.empty(), 0, List.of(entries), upTo, 1));
  }

  private static Output ack(long revision) {
    return new Output.Send(new StreamFrame.Ack(new Token(1, revision)));
  }
}
