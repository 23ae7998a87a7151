package io.widecast.store;

import static io.widecast.store.Samples.commit;
import static io.widecast.store.Samples.committed;
import static io.widecast.store.Samples.entry;
import static io.widecast.store.Samples.put;
import static io.widecast.store.Samples.row;
import static io.widecast.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.bus.CopyPart;
import io.widecast.bus.HardState;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.sim.SimDisk;
import io.widecast.store.log.Log;
import io.widecast.store.log.StoreException;
import io.widecast.store.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A damaged container and the copy that takes its place. */
class DamagedStoreTest {

  private SimDisk disk = new SimDisk();

  private StoreCore open() throws IOException {
    StoreOptions options = StoreOptions.core(Path.of("unused"), new NodeId("paris-1"));
    return StoreCore.open(disk, options, new Metrics(), 1234);
  }

  @Test
  @DisplayName("a damaged store is made anew by a copy, and nothing of the old one is left")
  void aCopyReplacesADamagedContainer() throws Exception {
    StoreCore store = open();
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1));
    store.append(write(one));
    store.append(commit(1, 1));
    store.apply(committed(List.of(one)));
    View before = store.view();
    store.container().orElseThrow().raiseAlarm("page 1 is damaged");
    disk = disk.kill();
    store = open();
    assertThat(store.container().orElseThrow().alarm()).contains("page 1 is damaged");

    store.copy(CopyPart.Begin.whole(new Token(1, 5)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3)))));
    assertThat(store.view().find(Key.of("a"))).isPresent(); // until the copy is whole
    store.copy(new CopyPart.End());

    assertThat(store.container().orElseThrow().alarm()).isEmpty();
    assertThat(store.view().find(Key.of("a"))).isEmpty();
    assertThat(store.view().find(Key.of("b"))).isPresent();
    assertThat(before.find(Key.of("a"))).isPresent(); // of the store before the kill
    disk = disk.kill();
    assertThat(disk.list()).contains("GENERATION").noneMatch(name -> name.matches("seg-.*|ALARM"));
    store = open();
    assertThat(store.container().orElseThrow().alarm()).isEmpty();
    assertThat(store.view().token()).isEqualTo(new Token(1, 5));
    assertThat(store.view().find(Key.of("b"))).isPresent();
  }

  @Test
  @DisplayName("where snapshots are to be kept a copy comes in beside them, and the alarm stays")
  void aCopyKeepsTheSnapshotsOfADamagedContainer() throws Exception {
    StoreCore store = open();
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1));
    store.append(write(one));
    store.apply(committed(List.of(one)));
    ContainerKeyspace container = store.container().orElseThrow();
    container.own(owned -> owned.takeSnapshot("kept", 1));
    container.raiseAlarm("page 1 is damaged");

    store.copy(CopyPart.Begin.whole(new Token(1, 5)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3)))));
    store.copy(new CopyPart.End());

    assertThat(container.alarm()).isPresent();
    assertThat(container.isReplaceable()).isFalse();
    assertThat(store.view().find(Key.of("b"))).isPresent();
    View kept = container.own(owned -> owned.pin("kept"));
    assertThat(kept.find(Key.of("a"))).isPresent();
    container.own(owned -> owned.deleteSnapshot("kept"));
    container.own(owned -> owned.takeSnapshot("auto-20261126t120000z", 1)); // by the schedule
    assertThat(container.isReplaceable()).isTrue();
  }

  @Test
  @DisplayName("readers of a store that is replaced go on with the new one, or are told to begin")
  void readersOutliveAReplacement() throws Exception {
    StoreCore store = open();
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1), put("b", "1", 1, 1));
    store.append(write(one));
    store.apply(committed(List.of(one)));
    View same = store.view();
    ContainerKeyspace container = store.container().orElseThrow();
    View pinned = container.own(owned -> owned.pinNow(1));
    container.raiseAlarm("page 1 is damaged");
    store.copy(CopyPart.Begin.whole(new Token(1, 1)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("a", "1", 1, 1), row("b", "1", 1, 1)))));
    store.copy(new CopyPart.End());

    assertThat(same.find(Key.of("a")).orElseThrow().value().bytes()).isEqualTo(Bytes.utf8("1"));
    assertThatThrownBy(() -> pinned.find(Key.of("a")))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
  }

  private StoreOptions withPeers() {
    return StoreOptions.core(Path.of("unused"), new NodeId("paris-1")).withPeers(true);
  }

  /** Three keys at revision 3, one more in the log that nobody knows to be committed. */
  private void fill() throws IOException {
    StoreCore store = open();
    for (long i = 1; i <= 3; i++) {
      EncodedEntry next = entry(1, i, put("k" + i, "value " + i, 1, i));
      store.append(write(next));
      store.append(commit(1, i));
      store.apply(committed(List.of(next)));
    }
    store.append(write(entry(1, 4, put("k4", "value 4", 1, 4))));
    store.close(); // with a checkpoint
  }

  private void takeCopy(StoreCore store) {
    store.copy(CopyPart.Begin.whole(new Token(1, 5)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3)))));
    store.copy(new CopyPart.End());
  }

  @Test
  @DisplayName(
      "where the map cannot be read at a start, the log is kept, and a copy brings the map")
  void startsWithoutAMapThatIsDamaged() throws Exception {
    fill();
    disk.flip("CHECKPOINT", 40, 4);
    SimDisk damaged = disk.kill();
    assertThatThrownBy(this::open).isInstanceOf(StoreException.class); // nobody has another
    disk = damaged;

    for (int start = 0; start < 2; start++) { // also when the copy does not come in time
      StoreCore store = StoreCore.open(disk, withPeers(), new Metrics(), 1234);
      assertThat(store.isMapLost()).isTrue();
      assertThat(store.container().orElseThrow().alarm().orElseThrow()).contains("CHECKPOINT");
      Recovery found = store.recovery();
      assertThat(found.mapLost()).isTrue();
      assertThat(found.applied()).isEqualTo(new Token(1, 3));
      assertThat(found.logEnd()).isEqualTo(new Token(1, 4));
      assertThatThrownBy(() -> store.copy(CopyPart.Begin.whole(new Token(1, 3))))
          .isInstanceOf(WidecastException.class);
      store.close();
      disk = disk.kill();
    }
    assertThat(disk.list()).contains("CHECKPOINT"); // for whoever wants to look at it

    StoreCore store = StoreCore.open(disk, withPeers(), new Metrics(), 1234);
    takeCopy(store);
    assertThat(store.isMapLost()).isFalse();
    assertThat(store.container().orElseThrow().alarm()).isEmpty();
    assertThat(store.view().token()).isEqualTo(new Token(1, 5));
    disk = disk.kill();
    assertThat(disk.list()).doesNotContain("CHECKPOINT", "g0000001-CHECKPOINT");
    StoreCore again = open();
    assertThat(again.view().find(Key.of("b"))).isPresent();
    assertThat(again.recovery().mapLost()).isFalse();
  }

  @Test
  @DisplayName("a log that a copy began, and whose beginning is gone, is kept without the map")
  void keepsALogThatACopyBegan() throws Exception {
    fill();
    StoreOptions small =
        withPeers().withSizes(400, 800).withHistory(Duration.ofMillis(1), 0); // drops log early
    StoreCore store = StoreCore.open(disk, small, new Metrics(), 1234);
    takeCopy(store);
    store.append(new LogWrite(Optional.of(new HardState(7, 2)), 0, List.of(), new Token(1, 5), 6));
    for (long i = 6; i <= 40; i++) {
      EncodedEntry next = entry(1, i, put("k" + i, "x".repeat(50), 1, i));
      store.append(new LogWrite(Optional.empty(), 0, List.of(next), new Token(1, i - 1), i));
      store.apply(committed(List.of(next)));
    }
    store.append(commit(1, 40));
    store.append(write(entry(1, 41, put("k41", "not known to be committed", 1, 41))));
    disk = disk.kill();
    assertThat(Log.lowestSegment(disk)).isGreaterThan(1);
    String checkpoint =
        disk.list().stream().filter(name -> name.endsWith("CHECKPOINT")).findFirst().orElseThrow();
    disk.flip(checkpoint, 40, 4);

    Recovery found = StoreCore.open(disk, small, new Metrics(), 1234).recovery();

    assertThat(found.mapLost()).isTrue();
    assertThat(found.applied()).isEqualTo(new Token(1, 40));
    assertThat(found.logEnd()).isEqualTo(new Token(1, 41));
    assertThat(found.hardState()).isEqualTo(new HardState(7, 2));
    assertThat(found.log()).isNotEmpty();
    assertThat(found.log().get(found.log().size() - 1).revision()).isEqualTo(41);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName(
      "a bit that is flipped anywhere in the map's files is never shown, and a copy mends it")
  void oneBitAnywhere(long seed) throws Exception {
    fill();
    var random = new SplittableRandom(seed);
    List<String> files =
        disk.list().stream().filter(name -> name.matches("seg-.*|CHECKPOINT")).toList();
    String file = files.get(random.nextInt(files.size()));
    disk.flip(file, random.nextInt(disk.bytes(file).length), 1 << random.nextInt(8));

    StoreCore store = StoreCore.open(disk, withPeers(), new Metrics(), 1234);
    if (!store.isMapLost()) {
      for (int i = 1; i <= 3; i++) {
        Key key = Key.of("k" + i);
        try {
          assertThat(store.view().find(key).orElseThrow().value().bytes())
              .isEqualTo(Bytes.utf8("value " + i));
        } catch (StoreException e) {
          store.container().orElseThrow().raiseAlarm(e.getMessage());
        }
      }
      VerifyReport report =
          store.container().orElseThrow().own(owned -> Verifier.run(owned, true, 1));
      if (!report.sound()) {
        store.container().orElseThrow().raiseAlarm("by a check");
      }
    }
    takeCopy(store);

    VerifyReport report =
        store.container().orElseThrow().own(owned -> Verifier.run(owned, true, 1));
    assertThat(report.alarms()).isEmpty();
    store.close();
    disk = disk.kill();
    assertThat(open().view().find(Key.of("b"))).isPresent();
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 60);
  }
}
