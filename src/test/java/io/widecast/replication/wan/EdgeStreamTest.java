package io.widecast.replication.wan;

import static io.widecast.replication.Samples.entries;
import static io.widecast.replication.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Filter;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.replication.Samples;
import io.widecast.replication.wan.EdgeStream.Output;
import io.widecast.wire.EntryCodec;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EdgeStreamTest {

  private static final Filter CITIES = Filter.parse(List.of("city/**"));
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final EntryWindow window = new EntryWindow(Token.NONE, 1 << 20);

  @Test
  @DisplayName("step 18: an edge without a copy gets one, then what comes after it")
  void beginsWithACopy() {
    apply(city(1), city(2));
    var stream = new EdgeStream(CITIES, Token.NONE, 0);

    assertThat(stream.start(window, 0)).containsExactly(new Output.SendCopy());
    assertThat(stream.isLevel()).isFalse();
    apply(city(3));
    assertThat(stream.pump(window, 0)).isEmpty();

    assertThat(stream.onCopySent(new Token(1, 2), window, 0))
        .containsExactly(send(2, new Token(1, 3), city(3)));
    assertThat(stream.isLevel()).isTrue();
  }

  @Test
  @DisplayName("step 17: an edge that comes back gets what lies above its position")
  void resumes() {
    apply(city(1), city(2), city(3));

    assertThat(new EdgeStream(CITIES, new Token(1, 1), 0).start(window, 0))
        .containsExactly(send(0, new Token(1, 3), city(2), city(3)));
  }

  @Test
  @DisplayName("step 15: every frame names the last revision before it on this stream")
  void chainsItsFrames() {
    EdgeStream stream = levelAt(1);

    apply(city(2), price(3));
    assertThat(stream.pump(window, 0)).containsExactly(send(0, new Token(1, 3), city(2)));
    apply(city(4));
    assertThat(stream.pump(window, 0)).containsExactly(send(2, new Token(1, 4), city(4)));
  }

  @Test
  @DisplayName("steps 5 and 16, I1.5: nothing rejected crosses, a watermark tells the edge")
  void sendsWatermarks() {
    EdgeStream stream = levelAt(1);
    apply(price(2), price(3));

    assertThat(stream.pump(window, SECOND_NANOS)).containsExactly(send(0, new Token(1, 3)));
    apply(price(4));
    assertThat(stream.pump(window, SECOND_NANOS)).isEmpty();

    long due = stream.nextTimerNanos();
    assertThat(due).isEqualTo(SECOND_NANOS + EdgeStream.WATERMARK_NANOS);
    assertThat(stream.pump(window, due)).containsExactly(send(0, new Token(1, 4)));
  }

  @Test
  void keepsAQuietStreamAlive() {
    EdgeStream stream = levelAt(1);
    long due = stream.nextTimerNanos();

    assertThat(stream.pump(window, due - 1)).isEmpty();
    assertThat(stream.pump(window, due)).containsExactly(send(0, new Token(1, 1)));
    assertThat(stream.nextTimerNanos()).isGreaterThan(due);
  }

  @Test
  @DisplayName("section 0: an edge's copy of an entry holds the accepted pairs only")
  void narrowsEntries() {
    EdgeStream stream = levelAt(1);
    Pair city = city(2).entry().pairs().get(0);
    Pair price = price(2).entry().pairs().get(0);

    apply(pairs(2, city, price));

    assertThat(stream.pump(window, 0)).containsExactly(send(0, new Token(1, 2), pairs(2, city)));
  }

  @Test
  @DisplayName("a slow edge costs a cursor: no more than a bound is in flight")
  void boundsWhatIsInFlight() {
    EdgeStream stream = levelAt(0);
    var wide = new EntryWindow(new Token(1, 0), 64 << 20);
    var large = new ArrayList<EncodedEntry>();
    for (long revision = 1; revision <= 12; revision++) {
      large.add(entry(1, revision, 1, "city/x", 1 << 20));
    }
    wide.onApplied(large, new Token(1, 12));

    stream.pump(wide, 0);
    assertThat(stream.inFlightBytes())
        .isBetween(EdgeStream.IN_FLIGHT_BYTES_MAX, EdgeStream.IN_FLIGHT_BYTES_MAX + (2L << 20));
    assertThat(entriesOf(stream.pump(wide, 0))).isEmpty();

    stream.onAck(new Token(1, 2));
    assertThat(entriesOf(stream.pump(wide, 0))).isNotEmpty();
  }

  @Test
  @DisplayName("step 17: behind what memory holds it reads the log, and a copy beyond that")
  void readsTheLogWhenBehind() {
    window.onJump(new Token(1, 5));
    apply(city(6));
    var stream = new EdgeStream(CITIES, new Token(1, 2), 0);

    assertThat(stream.start(window, 0)).containsExactly(new Output.ReadLog(2));
    assertThat(stream.nextTimerNanos()).isEqualTo(EdgeStream.NEVER);
    assertThat(stream.onLog(true, List.of(city(3), price(4), city(5)), window, 0))
        .containsExactly(
            send(0, new Token(1, 5), city(3), city(5)), send(5, new Token(1, 6), city(6)));

    var older = new EdgeStream(CITIES, new Token(1, 2), 0);
    older.start(window, 0);
    assertThat(older.onLog(false, List.of(), window, 0)).containsExactly(new Output.SendCopy());
  }

  @Test
  @DisplayName("no timer is due for ever while a copy, the log or an acknowledgement is awaited")
  void setsNoTimerWhileItWaits() {
    apply(city(1));
    var stream = new EdgeStream(CITIES, Token.NONE, 0);

    stream.start(window, 0);

    assertThat(stream.nextTimerNanos()).isEqualTo(EdgeStream.NEVER);
  }

  @Test
  void copiesWhenAnotherHistoryComes() {
    window.onApplied(List.of(entry(1), entry(2, 2, 1, "city/x")), new Token(2, 2));

    assertThat(new EdgeStream(CITIES, new Token(1, 2), 0).start(window, 0))
        .containsExactly(new Output.SendCopy());
  }

  @Test
  @DisplayName("token: an edge that is ahead of this node waits for it")
  void waitsForALaggingNode() {
    apply(city(1), city(2));
    var stream = new EdgeStream(CITIES, new Token(1, 4), SECOND_NANOS);

    assertThat(entriesOf(stream.start(window, SECOND_NANOS))).isEmpty();
    apply(city(3), city(4));
    assertThat(entriesOf(stream.pump(window, SECOND_NANOS))).isEmpty();
    apply(city(5));

    assertThat(stream.pump(window, SECOND_NANOS))
        .containsExactly(send(0, new Token(1, 5), city(5)));
  }

  @Test
  @DisplayName("token: a copy that this node takes does not take an edge back")
  void aJumpTakesNobodyBack() {
    apply(city(1), city(2));
    EdgeStream ahead = new EdgeStream(CITIES, new Token(1, 9), 0);
    EdgeStream behind = new EdgeStream(CITIES, new Token(1, 2), 0);

    window.onJump(new Token(1, 7));

    assertThat(ahead.onJump(window)).isEmpty();
    assertThat(behind.onJump(window)).containsExactly(new Output.SendCopy());
    assertThat(behind.onJump(window)).isEmpty();
  }

  // ---- helpers

  /** A stream of an edge that has everything up to {@code revision}. */
  private EdgeStream levelAt(long revision) {
    for (EncodedEntry entry : entries(1, revision)) {
      apply(entry);
    }
    var stream = new EdgeStream(CITIES, new Token(1, revision), 0);
    if (revision > 0) {
      stream.start(window, 0);
    }
    return stream;
  }

  private void apply(EncodedEntry... applied) {
    window.onApplied(List.of(applied), applied[applied.length - 1].entry().token());
  }

  private static EncodedEntry city(long revision) {
    return entry(1, revision, 1, "city/" + revision);
  }

  private static EncodedEntry price(long revision) {
    return entry(1, revision, 1, "price/" + revision);
  }

  private static EncodedEntry pairs(long revision, Pair... pairs) {
    return EntryCodec.encode(
        new Entry(1, revision, 1, Samples.TIME_MILLIS, Optional.empty(), List.of(pairs)));
  }

  private static Output send(long prevRevision, Token upTo, EncodedEntry... sent) {
    return new Output.Send(new StreamFrame.Entries(prevRevision, List.of(sent), upTo));
  }

  private static List<EncodedEntry> entriesOf(List<Output> outputs) {
    return outputs.stream()
        .map(output -> (StreamFrame.Entries) ((Output.Send) output).frame())
        .flatMap(frame -> frame.entries().stream())
        .toList();
  }
}
