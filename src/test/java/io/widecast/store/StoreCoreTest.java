package io.widecast.store;

import static io.widecast.store.Samples.commit;
import static io.widecast.store.Samples.committed;
import static io.widecast.store.Samples.delete;
import static io.widecast.store.Samples.entry;
import static io.widecast.store.Samples.put;
import static io.widecast.store.Samples.row;
import static io.widecast.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.HardState;
import io.widecast.bus.LogRead;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.BucketSet;
import io.widecast.model.Bytes;
import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.sim.SimDisk;
import io.widecast.store.log.Log;
import io.widecast.store.log.StoreException;
import io.widecast.store.log.StoreFormat;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StoreCoreTest {

  private static final Path UNUSED = Path.of("unused");

  private final Metrics metrics = new Metrics();
  private SimDisk disk = new SimDisk();

  /** Of the directories here; {@link RedoStoreCoreTest} has another. */
  StoreFormat.Kind format() {
    return StoreFormat.Kind.CONTAINER;
  }

  private StoreOptions core() {
    return StoreOptions.core(UNUSED, new NodeId("paris-1")).withFormat(format());
  }

  private StoreOptions edge() {
    return StoreOptions.edge(UNUSED, new NodeId("tokyo-1")).withFormat(format());
  }

  private StoreCore open(StoreOptions options) throws IOException {
    return StoreCore.open(disk, options, metrics, 1234);
  }

  @Test
  void appliesAllPairsOfAnEntryTogetherAndSkipsWhatItHas() throws Exception {
    StoreCore store = open(core());
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1), put("b", "1", 1, 1));
    EncodedEntry two = entry(1, 2, delete("a"), put("b", "2", 2, 1));
    store.append(write(one, two));

    Applied first = store.apply(committed(List.of(one))).orElseThrow();
    Applied second = store.apply(committed(List.of(one, two))).orElseThrow();

    assertThat(first.view().size()).isEqualTo(2);
    assertThat(second.entries()).containsExactly(two);
    assertThat(second.view().find(Key.of("a"))).isEmpty();
    assertThat(second.view().find(Key.of("b")).orElseThrow().version()).isEqualTo(2);
    assertThat(first.view().find(Key.of("a"))).isPresent();
    assertThat(store.apply(committed(List.of(one, two)))).isEmpty();
    assertThat(metrics.get(Gauge.REVISION)).isEqualTo(2);
    assertThat(metrics.get(Gauge.KEYS)).isEqualTo(1);
  }

  @Test
  void refusesToApplyWhatDoesNotFollowOrIsNotOnDisk() throws Exception {
    StoreCore store = open(core());
    EncodedEntry one = entry(2, 1, put("a", "1", 1, 1));
    EncodedEntry two = entry(2, 2, put("a", "2", 2, 1));
    EncodedEntry three = entry(2, 3, put("a", "3", 3, 1));
    store.append(write(one, two));

    assertBroken(() -> store.apply(committed(List.of(two))));
    assertBroken(() -> store.apply(committed(List.of(one, two, three))));
    assertBroken(() -> store.apply(new Committed(List.of(one), new Token(2, 2))));
    assertBroken(() -> store.apply(new Committed(List.of(), new Token(2, 1))));
    store.apply(committed(List.of(one, two)));
    assertBroken(() -> store.append(new LogWrite(Optional.empty(), 2, List.of(), Token.NONE, 0)));
  }

  @Test
  void anEdgeTakesHolesAndWatermarksAndReplaysAll() throws Exception {
    StoreCore store = open(edge());
    EncodedEntry five = entry(1, 5, put("a", "1", 1, 5));
    EncodedEntry nine = entry(2, 9, delete("a"), put("b", "2", 1, 9));
    store.append(new LogWrite(Optional.empty(), 0, List.of(five, nine), new Token(2, 20), 0));
    assertThat(store.apply(new Committed(List.of(five), new Token(1, 7)))).isPresent();
    assertThat(store.apply(new Committed(List.of(nine), new Token(2, 20)))).isPresent();
    assertBroken(() -> store.apply(new Committed(List.of(nine), new Token(1, 30))));

    disk = disk.kill();
    StoreCore again = open(edge());

    assertThat(again.view().token()).isEqualTo(new Token(2, 20));
    assertThat(again.view().size()).isEqualTo(1);
    Recovery recovery = again.recovery();
    assertThat(recovery.applied()).isEqualTo(new Token(2, 20));
    assertThat(recovery.logEnd()).isEqualTo(new Token(2, 20));
    assertThat(recovery.log()).containsExactly(five, nine);
    assertThat(again.readLog(new LogRead(6, 1000)).entries()).containsExactly(nine);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anEdgeLosesNothingAcknowledgedToAPowerCut(long seed) throws Exception {
    var random = new SplittableRandom(seed);
    disk.setCapacity(24 << 20);
    disk.cutPowerAtChange(10 + random.nextInt(60));
    StoreOptions options = edge().withSizes(400, 700);
    long durable = 0;
    long tried = 0;
    try (StoreCore store = open(options)) {
      for (long revision = 2; revision < 400; revision += 1 + random.nextInt(4)) {
        EncodedEntry entry = entry(1, revision, put("k" + revision % 7, "v" + revision, 1, 1));
        long watermark = revision + random.nextInt(2);
        tried = watermark;
        store.append(new LogWrite(Optional.empty(), 0, List.of(entry), new Token(1, watermark), 0));
        durable = watermark;
        store.apply(new Committed(List.of(entry), new Token(1, watermark)));
        store.checkpointIfDue(0);
      }
    } catch (SimDisk.PowerCut cut) {
      // as planned
    }

    disk = disk.crash(random);
    StoreCore found = open(options);

    assertThat(found.view().token().revision()).isBetween(durable, tried);
    found.recovery();
  }

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("widecast.seeds", 500));
  }

  @Test
  void aPositionThatReadersSawIsLoggedSoonAndSurvivesTheProcess() throws Exception {
    StoreCore store = open(core());
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1));
    store.append(write(one));
    assertThat(store.commitToLog()).isEmpty();
    store.apply(committed(List.of(one)));

    store.append(store.commitToLog().orElseThrow());
    assertThat(store.commitToLog()).isEmpty();
    disk = disk.kill();

    assertThat(open(core()).view().token()).isEqualTo(new Token(1, 1));
  }

  @Test
  void aCommitBeyondTheLogCoversWhatIsThere() throws Exception {
    StoreCore store = open(core());
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1));
    store.append(new LogWrite(Optional.empty(), 0, List.of(one), new Token(1, 50), 0));
    disk = disk.kill();

    assertThat(open(core()).view().token()).isEqualTo(new Token(1, 1));
  }

  @Test
  void checkpointsLetTheLogBeShortAndLoseNothing() throws Exception {
    StoreOptions options = core().withSizes(2_000, 5_000).withHistory(Duration.ZERO, 0);
    StoreCore store = open(options);
    for (long revision = 1; revision <= 1000; revision++) {
      EncodedEntry entry =
          revision % 5 == 0
              ? entry(1, revision, delete("key-" + (revision - 5) % 97))
              : entry(1, revision, put("key-" + revision % 97, "v".repeat(50), 1, 1));
      store.append(
          new LogWrite(Optional.empty(), 0, List.of(entry), store.view().token(), revision));
      store.apply(committed(List.of(entry)));
      store.checkpointIfDue(1);
    }
    List<?> rows = rowsOf(store);
    store.append(new LogWrite(Optional.of(new HardState(9, 1)), 0, List.of(), Token.NONE, 0));

    assertThat(metrics.get(Metric.CHECKPOINTS)).isGreaterThan(10);
    assertThat(disk.list().stream().filter(name -> name.startsWith("log-")).count()).isLessThan(6);
    disk = disk.kill();
    StoreCore again = open(options);
    assertThat(again.hardState()).isEqualTo(new HardState(9, 1));
    assertThat(again.view().token().revision()).isGreaterThanOrEqualTo(999);
    assertThat(again.recovery().logEnd()).isEqualTo(new Token(1, 1000));
    Recovery recovery = again.recovery();
    again.apply(new Committed(recovery.log(), recovery.logEnd()));
    assertThat(rowsOf(again)).isEqualTo(rows);
  }

  @Test
  void findsNamedRequestsBelowTheEntriesThatAStartLoads() throws Exception {
    StoreCore store = open(core());
    EncodedEntry named =
        EntryCodec.encode(
            new Entry(
                1, 1, 0, 1234, Optional.of(new RequestId(7, 8, 9)), List.of(put("a", "1", 1, 1))));
    var entries = new ArrayList<>(List.of(named));
    for (long revision = 2; revision <= 5000; revision++) {
      entries.add(entry(1, revision, put("b", "1", 1, 1)));
    }
    store.append(write(entries.toArray(EncodedEntry[]::new)));
    store.append(commit(1, 5000));

    disk = disk.kill();
    Recovery recovery = open(core()).recovery();

    assertThat(recovery.log().get(0).revision()).isGreaterThan(1);
    assertThat(recovery.requests())
        .containsExactly(new RecentRequest(new RequestId(7, 8, 9), new Token(1, 1), 1, true, 1234));
  }

  private static List<?> rowsOf(StoreCore store) {
    var rows = new ArrayList<Object>();
    store.view().from(Bytes.EMPTY).forEachRemaining(rows::add);
    return rows;
  }

  @Test
  void aCleanCloseLeavesNothingToReplay() throws Exception {
    StoreCore store = open(core());
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1));
    store.append(write(one));
    store.apply(committed(List.of(one)));
    store.close();

    StoreCore again = open(core());

    assertThat(again.view().token()).isEqualTo(new Token(1, 1));
    assertThat(metrics.get(Metric.CHECKPOINTS)).isEqualTo(1);
    again.close();
    assertThat(metrics.get(Metric.CHECKPOINTS)).isEqualTo(1); // nothing new
  }

  @Test
  void refusesADirectoryThatIsNotItsOwn() throws Exception {
    StoreCore store = open(core());
    assertThatThrownBy(() -> open(core()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("in use");
    store.close();

    assertThatThrownBy(() -> open(edge()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("belongs to node paris-1")
        .hasMessageContaining("tokyo-1");

    disk.put("FORMAT", "widecast container 2".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> open(core())).isInstanceOf(StoreException.class);
    disk.delete("FORMAT");
    open(core()).close(); // nothing was in it yet
    disk.put("log-0000000000000001", new byte[10]);
    disk.delete("FORMAT");
    assertThatThrownBy(() -> open(core())).hasMessageContaining("no FORMAT");
  }

  @Test
  void refusesADirectoryWhoseFilesAreMissing() throws Exception {
    StoreOptions options = core().withSizes(100, 200).withHistory(Duration.ZERO, 0);
    StoreCore store = open(options);
    for (long revision = 1; revision <= 50; revision++) {
      EncodedEntry entry = entry(1, revision, put("a", "1", revision, 1));
      store.append(
          new LogWrite(Optional.empty(), 0, List.of(entry), store.view().token(), revision));
      store.apply(committed(List.of(entry)));
      store.checkpointIfDue(1);
    }
    disk = disk.kill();
    List<String> names = disk.list();
    assertThat(names).contains("TRACKING"); // can be missed: then it knows nothing of what is gone

    for (String name : names.stream().filter(name -> !name.equals("TRACKING")).toList()) {
      SimDisk whole = disk;
      disk = whole.kill();
      disk.delete(name);
      assertThatThrownBy(() -> open(options)).as(name).isInstanceOf(StoreException.class);
      disk = whole;
    }
    open(options);
  }

  @Test
  void aCopyIsRefusedWhenItIsOlderThanWhatIsShown() throws Exception {
    StoreCore store = open(edge());
    EncodedEntry five = entry(2, 5, put("a", "1", 1, 5));
    store.append(write(five));
    store.apply(committed(List.of(five)));

    assertThatThrownBy(() -> store.copy(CopyPart.Begin.whole(new Token(2, 4))))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
    store.copy(CopyPart.Begin.whole(new Token(2, 5)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3)))));
    assertThatThrownBy(
            () -> store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3))))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("c", "2", 2, 6))))))
        .isInstanceOf(IllegalArgumentException.class);
    Applied applied = store.copy(new CopyPart.End()).orElseThrow();

    assertThat(applied.view().find(Key.of("a"))).isEmpty();
    assertThat(applied.view().find(Key.of("b"))).isPresent();
    assertThat(store.readLog(new LogRead(4, 1000)).complete()).isFalse();
    assertThatThrownBy(() -> store.copy(new CopyPart.End()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("a copy may not take from the log what is perhaps committed because it is there")
  void aCopyIsRefusedWhenItIsOlderThanTheLog() throws Exception {
    StoreCore store = open(core());
    store.append(write(entry(1, 1, put("a", "1", 1, 1)), entry(1, 2, put("a", "2", 2, 1))));

    assertThatThrownBy(() -> store.copy(CopyPart.Begin.whole(new Token(1, 1))))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
    assertThat(store.recovery().logEnd()).isEqualTo(new Token(1, 2));

    store.copy(CopyPart.Begin.whole(new Token(2, 1))); // in that epoch revision 2 is another entry
    store.copy(new CopyPart.End());
    assertThat(store.recovery().logEnd()).isEqualTo(new Token(2, 1));
  }

  @Test
  void theRequestsOfACopyAreKnownAfterARestart() throws Exception {
    StoreCore store = open(core());
    EncodedEntry undone = named(1, 1, 5); // what this node had is not what the others have
    store.append(write(undone));
    RecentRequest first = request(1, 1, 11);
    RecentRequest second = request(2, 4, 12);
    store.copy(CopyPart.Begin.whole(new Token(2, 5)));
    store.copy(new CopyPart.Requests(List.of(first)));
    store.copy(new CopyPart.Requests(List.of(second)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3)))));
    disk = disk.kill();
    store = open(core());
    assertThat(store.recovery().requests()).isEmpty(); // it did not end
    assertThat(store.recovery().log()).containsExactly(undone);

    store.copy(CopyPart.Begin.whole(new Token(2, 5)));
    store.copy(new CopyPart.Requests(List.of(first, second)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3)))));
    store.copy(new CopyPart.End());
    store.append(write(named(2, 6, 13)));
    store.append(commit(2, 6));

    disk = disk.kill();
    Recovery recovery = open(core()).recovery();
    assertThat(recovery.requests()).containsExactly(first, second);
    assertThat(recovery.log()).containsExactly(named(2, 6, 13));
  }

  @Test
  void requestsThatHaveNoPlaceInACopyAreRefused() throws Exception {
    StoreCore store = open(core());
    assertThatThrownBy(() -> store.copy(new CopyPart.Requests(List.of())))
        .isInstanceOf(IllegalArgumentException.class);
    store.copy(CopyPart.Begin.whole(new Token(2, 5)));
    store.copy(new CopyPart.Requests(List.of(request(1, 3, 1))));

    for (RecentRequest wrong : List.of(request(1, 3, 2), request(2, 6, 2), request(3, 4, 2))) {
      assertThatThrownBy(() -> store.copy(new CopyPart.Requests(List.of(wrong))))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static RecentRequest request(long epoch, long revision, long name) {
    return new RecentRequest(
        new RequestId(name, 0, 1), new Token(epoch, revision), 1, true, 1000 * revision);
  }

  private static EncodedEntry named(long epoch, long revision, long name) {
    return EntryCodec.encode(
        new Entry(
            epoch,
            revision,
            epoch,
            1000 * revision,
            Optional.of(new RequestId(name, 0, 1)),
            List.of(put("a", "1", 1, revision))));
  }

  @Test
  void aCopyIsCountedOnceWhenItIsShown() throws Exception {
    StoreCore store = open(edge());
    store.copy(CopyPart.Begin.whole(new Token(2, 5)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3)))));
    store.copy(CopyPart.Begin.whole(new Token(2, 6))); // its sender began anew
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "2", 1, 3)))));
    assertThat(metrics.get(Metric.COPIES_TAKEN)).isZero();

    store.copy(new CopyPart.End());

    assertThat(metrics.get(Metric.COPIES_TAKEN)).isEqualTo(1);
  }

  @Test
  void aCopyThatFindsNoRoomLeavesEverythingAsItWas() throws Exception {
    StoreCore store = open(core());
    EncodedEntry one = entry(1, 1, put("a", "1", 1, 1));
    store.append(write(one));
    store.apply(committed(List.of(one)));
    store.copy(CopyPart.Begin.whole(new Token(1, 9)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("b", "x".repeat(5000), 1, 9)))));
    long used = disk.list().stream().mapToLong(name -> disk.bytes(name).length).sum();
    disk.setCapacity(used + 4000);

    assertThatThrownBy(() -> store.copy(new CopyPart.End()))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));

    assertThat(store.view().find(Key.of("a"))).isPresent();
    disk = disk.kill();
    assertThat(open(core()).recovery().log()).containsExactly(one);
  }

  @Test
  void aFullDiskGivesUpHistoryBeforeItRefuses() throws Exception {
    StoreOptions options = core().withFormat(StoreFormat.Kind.REDO_LOG).withSizes(4_000, 20_000);
    StoreCore store = open(options);
    disk.setCapacity(Log.RESERVE_BYTES + 120_000);
    for (long revision = 1; revision <= 2000; revision++) { // far more than fits
      EncodedEntry entry = entry(1, revision, put("key-" + revision % 10, "v".repeat(400), 1, 1));
      store.append(
          new LogWrite(Optional.empty(), 0, List.of(entry), store.view().token(), revision));
      store.apply(committed(List.of(entry)));
      store.checkpointIfDue(0);
    }
    assertThat(metrics.get(Metric.DISK_FULL)).isZero();

    LogWrite large = write(entry(1, 2001, put("large", "v".repeat(200_000), 1, 1)));
    assertThatThrownBy(() -> store.append(large))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
    assertThat(metrics.get(Metric.DISK_FULL)).isEqualTo(1);
    disk.setCapacity(Long.MAX_VALUE);
    assertThat(store.append(large)).isEqualTo(2001);
  }

  @Test
  void aCheckpointThatFindsNoRoomIsTriedAgainWithAllItHeld() throws Exception {
    StoreOptions options = core().withSizes(1 << 20, 4_000);
    StoreCore store = open(options);
    appendAndApply(store, 1, entry(1, 1, put("gone", "v", 1, 1)));
    store.close();
    StoreCore again = open(options); // the chain holds it now
    appendAndApply(again, 2, entry(1, 2, delete("gone"), put("large", "v".repeat(5000), 1, 2)));
    long used = disk.list().stream().mapToLong(name -> disk.bytes(name).length).sum();
    disk.setCapacity(used + 1000);
    again.checkpointIfDue(0);
    assertThat(again.checkpointDue()).isFalse(); // not at once again

    disk.setCapacity(Long.MAX_VALUE);
    appendAndApply(again, 3, entry(1, 3, put("more", "v".repeat(1500), 1, 3)));
    again.checkpointIfDue(0);

    assertThat(metrics.get(Metric.CHECKPOINTS)).isEqualTo(2);
    again.close();
    disk = disk.kill();
    StoreCore last = open(options);
    assertThat(last.view().find(Key.of("gone"))).isEmpty();
    assertThat(last.view().size()).isEqualTo(2);
  }

  private static void appendAndApply(StoreCore store, long revision, EncodedEntry entry) {
    store.append(write(entry));
    store.apply(committed(List.of(entry)));
    assertThat(store.view().token().revision()).isEqualTo(revision);
  }

  private static void assertBroken(Runnable action) {
    assertThatThrownBy(action::run).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("seed 3726 of the simulator: a delete after a copy that went on brings nothing back")
  void aCopyThatGoesOnLeavesNoOlderVersions() throws Exception {
    StoreCore store = open(edge().withHistory(Duration.ZERO, 0));
    assertThat(store.held()).isEqualTo(Holding.NOTHING);
    store.copy(CopyPart.Begin.whole(new Token(1, 5)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("a", "1", 1, 3), row("b", "1", 1, 4)))));

    assertThat(store.held()).isEqualTo(Holding.NOTHING.advanced(Key.of("b"), new Token(1, 5)));
    BucketSet bucketOfB = BucketSet.of(bucket -> bucket == BucketSet.bucketOf(Key.of("b")));
    var changed = new ChangedSince(List.of(bucketOfB, BucketSet.NONE), List.of());
    store.copy(new CopyPart.Begin(new Token(1, 7), Optional.of(changed)));
    store.copy(new CopyPart.Piece(CopyPiece.of(List.of(row("a", "2", 1, 6), row("c", "1", 1, 2)))));
    Applied shown = store.copy(new CopyPart.End()).orElseThrow();
    assertThat(shown.view().find(Key.of("a")).orElseThrow().revision()).isEqualTo(6);
    assertThat(shown.view().find(Key.of("b"))).isEmpty();
    assertThat(shown.view().find(Key.of("c"))).isPresent();

    EncodedEntry gone = entry(1, 8, delete("a"), delete("b"));
    store.append(write(gone));
    View last = store.apply(committed(List.of(gone))).orElseThrow().view();

    assertThat(last.find(Key.of("a"))).isEmpty();
    assertThat(last.find(Key.of("b"))).isEmpty();
    assertThat(last.size()).isEqualTo(1);
    assertThat(store.changedSince(Holding.at(new Token(1, 4)), last.token()))
        .as("it began from nothing and knows of no deletes before")
        .isEmpty();
    assertThat(store.changedSince(Holding.at(new Token(1, 7)), last.token())).isPresent();
  }
}
