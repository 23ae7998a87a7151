package io.widecast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.client.WatchFrame.Kind;
import io.widecast.model.Token;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WatchCursorTest {

  private static final WatchEvent EVENT = new WatchEvent("k", Optional.empty(), true, false, 1, 0);

  @Test
  void resumesAfterTheLastFrameOfTheLiveFeed() {
    var cursor = new WatchCursor("3.10");

    assertThat(cursor.onFrame(live("3.11"))).isPresent();
    assertThat(cursor.onFrame(bookmark("3.20"))).isPresent();

    assertThat(cursor.since()).isEqualTo("3.20");
    assertThat(cursor.onConnected()).isEmpty();
  }

  @Test
  void dropsWhatItHasSeenAlready() {
    var cursor = new WatchCursor("3.10");

    assertThat(cursor.onFrame(live("3.10"))).isEmpty();
    assertThat(cursor.onFrame(live("3.11"))).isPresent();
    assertThat(cursor.onFrame(live("3.11"))).isEmpty();
    assertThat(cursor.onFrame(bookmark("3.11"))).isEmpty();
    assertThat(cursor.onFrame(live("2.99"))).isEmpty();
    assertThat(cursor.onFrame(live("4.12"))).isPresent();
  }

  @Test
  void aCopyThatWasCutShortBeginsAgainAndTheSubscriberIsTold() {
    var cursor = new WatchCursor(WatchRequest.START);
    assertThat(cursor.onConnected()).isEmpty();
    assertThat(cursor.onFrame(row())).isPresent();

    assertThat(cursor.onConnected()).contains(WatchFrame.RESET);

    assertThat(cursor.since()).isEqualTo(WatchRequest.START);
    assertThat(cursor.onFrame(row())).isPresent();
    assertThat(cursor.onFrame(end("3.7"))).isPresent();
    assertThat(cursor.since()).isEqualTo("3.7");
    assertThat(cursor.onConnected()).isEmpty();
  }

  @Test
  void aCopyOfWhichNothingCameNeedsNoReset() {
    var cursor = new WatchCursor(WatchRequest.START);
    cursor.onConnected();

    assertThat(cursor.onConnected()).isEmpty();
  }

  @Test
  void aResetForgetsThePositionUntilItsCopyEnds() {
    var cursor = new WatchCursor("3.10");

    assertThat(cursor.onFrame(WatchFrame.RESET)).contains(WatchFrame.RESET);
    assertThat(cursor.since()).isEqualTo(WatchRequest.START);
    assertThat(cursor.onFrame(row())).isPresent();
    assertThat(cursor.onFrame(end("3.4"))).isPresent();

    assertThat(cursor.since()).isEqualTo("3.4");
    assertThat(cursor.onFrame(live("3.5"))).isPresent();
  }

  @Test
  void nowMeansTheMomentWhenTheNodeTookTheWatch() {
    var cursor = new WatchCursor(WatchRequest.NOW);
    cursor.onTaken(Optional.of(Token.parse("3.10")));
    cursor.onTaken(Optional.of(Token.parse("3.12")));

    assertThat(cursor.since()).isEqualTo("3.10");
    assertThat(cursor.onFrame(live("3.11"))).isPresent();
  }

  @Test
  void aLiveFrameWithoutATokenCannotBeResumedFrom() {
    var cursor = new WatchCursor("3.10");

    assertThatThrownBy(() -> cursor.onFrame(row()))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("without a token");
  }

  private static WatchFrame live(String token) {
    return frame(Kind.EVENTS, token);
  }

  private static WatchFrame bookmark(String token) {
    return new WatchFrame(Kind.BOOKMARK, Optional.of(Token.parse(token)), List.of(), 0);
  }

  private static WatchFrame end(String token) {
    return new WatchFrame(Kind.SNAPSHOT_END, Optional.of(Token.parse(token)), List.of(), 0);
  }

  private static WatchFrame row() {
    return new WatchFrame(Kind.EVENTS, Optional.empty(), List.of(EVENT), 0);
  }

  private static WatchFrame frame(Kind kind, String token) {
    return new WatchFrame(kind, Optional.of(Token.parse(token)), List.of(EVENT), 0);
  }
}
