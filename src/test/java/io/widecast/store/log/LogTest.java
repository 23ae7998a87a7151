package io.widecast.store.log;

import static io.widecast.store.GoldenBytes.assertGolden;
import static io.widecast.store.Samples.commit;
import static io.widecast.store.Samples.delete;
import static io.widecast.store.Samples.entry;
import static io.widecast.store.Samples.put;
import static io.widecast.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.bus.HardState;
import io.widecast.bus.LogSlice;
import io.widecast.bus.LogWrite;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.sim.SimDisk;
import io.widecast.store.GoldenBytes;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LogTest {

  private static final long IDENTITY = 0x0123456789abcdefL;
  private static final String FIRST = "log-0000000000000001";
  private static final String SECOND = "log-0000000000000002";

  private final Metrics metrics = new Metrics();
  private SimDisk disk = smallDisk();

  /** So small that the log does not write ahead: what is on it is what was written. */
  private static SimDisk smallDisk() {
    var disk = new SimDisk();
    disk.setCapacity(24 << 20);
    return disk;
  }

  private Log open(long segmentBytes) throws IOException {
    return open(disk, segmentBytes);
  }

  private Log open(SimDisk on, long segmentBytes) throws IOException {
    return Log.open(on, new LogOptions(IDENTITY, segmentBytes, true, true), 1, Token.NONE, metrics);
  }

  private static List<LogWrite> goldenWrites() {
    return List.of(
        new LogWrite(
            Optional.of(new HardState(3, 1)),
            0,
            List.of(entry(3, 1, put("a", "1", 1, 1)), entry(3, 2, delete("a"))),
            new Token(3, 1),
            0),
        new LogWrite(
            Optional.empty(), 2, List.of(entry(4, 2, put("b", "2", 1, 2))), Token.NONE, 0));
  }

  @Test
  void writesTheGoldenBytes() throws Exception {
    Log log = open(1 << 20);

    List<Long> revisions = log.append(goldenWrites());
    log.append(List.of(commit(4, 2)));

    assertThat(revisions).containsExactly(2L, 2L);
    assertGolden("log-segment.hex", disk.bytes(FIRST));
  }

  @Test
  void readsTheGoldenBytes() throws Exception {
    disk.put(FIRST, GoldenBytes.read("log-segment.hex"));

    Log log = open(1 << 20);

    assertThat(log.hardState()).isEqualTo(new HardState(3, 1));
    assertThat(log.commit()).isEqualTo(new Token(4, 2));
    assertThat(log.end()).isEqualTo(new Token(4, 2));
    assertThat(log.read(0, 2, 1 << 20).entries())
        .containsExactly(entry(3, 1, put("a", "1", 1, 1)), entry(4, 2, put("b", "2", 1, 2)));
  }

  @Test
  void everyCutOfTheLastWriteLeavesTheOneBefore() throws Exception {
    Log log = open(1 << 20);
    log.append(goldenWrites());
    int before = disk.bytes(FIRST).length;
    log.append(List.of(write(entry(4, 3, put("c", "3", 1, 3)))));
    byte[] whole = disk.bytes(FIRST);

    for (int length = before; length < whole.length; length++) {
      SimDisk cut = smallDisk();
      cut.put(FIRST, Arrays.copyOf(whole, length));
      long torn = metrics.get(Metric.LOG_TORN);
      assertThat(open(cut, 1 << 20).end()).isEqualTo(new Token(4, 2));
      boolean zeros = length < before + 4; // of its length field: as if nothing had been written
      assertThat(metrics.get(Metric.LOG_TORN)).isEqualTo(torn + (zeros ? 0 : 1));
      assertThat(cut.bytes(FIRST)).hasSize(zeros ? length : before);
    }
  }

  @Test
  void everyFlippedBitInTheLastWriteCutsItOffAndAnyOtherIsRefused() throws Exception {
    Log log = open(1 << 20);
    log.append(goldenWrites());
    int before = disk.bytes(FIRST).length;
    log.append(List.of(write(entry(4, 3, put("c", "3", 1, 3)))));
    byte[] whole = disk.bytes(FIRST);

    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      SimDisk damaged = smallDisk();
      damaged.put(FIRST, flipped);
      if (bit / 8 < before) {
        assertThatThrownBy(() -> open(damaged, 1 << 20))
            .as("bit %s", bit)
            .isInstanceOf(StoreException.class)
            .hasMessageContaining(FIRST);
      } else {
        assertThat(open(damaged, 1 << 20).end()).as("bit %s", bit).isEqualTo(new Token(4, 2));
      }
    }
  }

  @Test
  void damageInAnEarlierSegmentIsRefused() throws Exception {
    Log log = open(1);
    log.append(goldenWrites());
    log.append(List.of(write(entry(4, 3, put("c", "3", 1, 3)))));
    byte[] first = disk.bytes(FIRST);

    for (int offset = 0; offset < first.length; offset++) {
      SimDisk damaged = disk.kill();
      damaged.flip(FIRST, offset, 0x10);
      assertThatThrownBy(() -> open(damaged, 1)).isInstanceOf(StoreException.class);
    }
    for (int length = 0; length < first.length; length++) {
      SimDisk damaged = disk.kill();
      damaged.put(FIRST, Arrays.copyOf(first, length));
      assertThatThrownBy(() -> open(damaged, 1)).isInstanceOf(StoreException.class);
    }
    disk.delete(FIRST);
    assertThatThrownBy(() -> open(1)).hasMessageContaining(FIRST + " in simulated disk is missing");
  }

  @Test
  void aSegmentWhoseCreationWasCutShortIsDropped() throws Exception {
    Log log = open(1);
    log.append(goldenWrites());
    log.append(List.of(write(entry(4, 3, put("c", "3", 1, 3)))));
    byte[] header = Arrays.copyOf(disk.bytes(SECOND), 40);
    disk.put(SECOND, header);

    Log reopened = open(1);

    assertThat(reopened.end()).isEqualTo(new Token(4, 2));
    assertThat(disk.list()).containsExactly(FIRST);
    assertThat(metrics.get(Metric.LOG_TORN)).isEqualTo(1);
  }

  @Test
  void framesOfAnotherSegmentPlaceOrDirectoryDoNotPass() throws Exception {
    Log log = open(1 << 20);
    log.append(List.of(write(entry(1, 1, put("a", "1", 1, 1)))));
    int first = disk.bytes(FIRST).length;
    log.append(List.of(write(entry(1, 2, put("a", "2", 2, 1)))));
    byte[] both = disk.bytes(FIRST);
    byte[] shifted = Arrays.copyOf(both, both.length + 8);
    System.arraycopy(both, first, shifted, first + 8, both.length - first);
    Arrays.fill(shifted, first, first + 8, (byte) 0);
    disk.put(FIRST, shifted);

    assertThat(open(1 << 20).end()).isEqualTo(new Token(1, 1));

    disk.put(FIRST, both);
    assertThatThrownBy(
            () ->
                Log.open(disk, new LogOptions(IDENTITY + 1, 1, true, true), 1, Token.NONE, metrics))
        .hasMessageContaining("another data directory");
  }

  @Test
  void zerosWrittenAheadAreTheEndAndNoTear() throws Exception {
    disk = new SimDisk(); // large: writes ahead
    open(1 << 20).append(goldenWrites());
    assertThat(disk.bytes(FIRST).length).isGreaterThan(100_000);

    Log reopened = open(disk.kill(), 1 << 20);

    assertThat(reopened.end()).isEqualTo(new Token(4, 2));
    assertThat(metrics.get(Metric.LOG_TORN)).isZero();
  }

  @Test
  void oneAppendOfManyWritesIsOneForce() throws Exception {
    Log log = open(1 << 20);
    var writes = new ArrayList<LogWrite>();
    for (int revision = 1; revision <= 300; revision++) {
      writes.add(write(entry(1, revision, put("k", "v".repeat(50_000), revision, 1))));
    }

    log.append(writes.subList(0, 100)); // over one frame
    log.append(writes.subList(100, 101));

    assertThat(metrics.get(Metric.LOG_FSYNCS)).isEqualTo(2);
    assertThat(open(disk.kill(), 1 << 20).end()).isEqualTo(new Token(1, 101));
  }

  @Test
  void readsBackWhatCountsFromAnyRevisionOn() throws Exception {
    Log log = open(500);
    var live = new ArrayList<EncodedEntry>();
    for (int revision = 1; revision <= 100; revision++) {
      log.append(List.of(write(entry(1, revision, put("old", "deposed", 1, revision)))));
      if (revision % 10 == 0) { // the last five are replaced, each time
        var better = new ArrayList<EncodedEntry>();
        for (int again = revision - 4; again <= revision; again++) {
          better.add(entry(2 + revision / 10, again, put("new", "kept " + again, 1, again)));
        }
        live.subList(live.size() - 4, live.size()).clear();
        log.append(List.of(new LogWrite(Optional.empty(), revision - 4, better, Token.NONE, 0)));
        live.addAll(better);
        break;
      }
      live.add(entry(1, revision, put("old", "deposed", 1, revision)));
    }

    for (Log each : List.of(log, open(disk.kill(), 500))) {
      for (int after = 0; after <= 10; after++) {
        assertThat(each.read(after, 10, 1 << 20))
            .isEqualTo(new LogSlice(true, live.subList(after, 10)));
        assertThat(each.read(after, 10, 0).entries())
            .isEqualTo(live.subList(after, Math.min(10, after + 1)));
        assertThat(each.read(after, 7, 1 << 20).entries())
            .isEqualTo(live.subList(Math.min(after, 7), 7));
      }
    }
  }

  @Test
  void saysWhenTheLogNoLongerReachesBack() throws Exception {
    Log log = open(1);
    for (int revision = 1; revision <= 20; revision++) {
      log.append(List.of(write(entry(1, revision, put("k", "v", revision, 1)))));
    }

    log.drop(log.toDrop(21, 15, 0, Long.MAX_VALUE));

    assertThat(log.base()).isEqualTo(new Token(1, 14));
    assertThat(log.read(13, 20, 1 << 20)).isEqualTo(new LogSlice(false, List.of()));
    assertThat(log.read(14, 20, 1 << 20).entries()).hasSize(6);
    assertThat(
            Log.open(disk, new LogOptions(IDENTITY, 1, true, true), 15, Token.NONE, metrics).base())
        .isEqualTo(new Token(1, 14));
  }

  @Test
  void trimsByBytesAndByAgeButNeverWhatIsNeeded() throws Exception {
    Log log = open(1);
    for (int revision = 1; revision <= 20; revision++) { // one second each, see Samples
      log.append(List.of(write(entry(1, revision, put("k", "v", revision, 1)))));
    }
    long each = disk.bytes(FIRST).length;

    log.drop(log.toDrop(21, Long.MAX_VALUE, 1 << 20, 5_000));
    assertThat(log.base().revision()).isEqualTo(4);
    log.drop(log.toDrop(21, Long.MAX_VALUE, each * 12, 0));
    assertThat(log.base().revision()).isEqualTo(8);
    log.drop(log.toDrop(10, Long.MAX_VALUE, 0, Long.MAX_VALUE));
    assertThat(log.base().revision()).isEqualTo(9);
    log.drop(log.toDrop(21, 0, 0, Long.MAX_VALUE));
    assertThat(log.base().revision()).isEqualTo(9);
    log.drop(log.toDrop(21, Long.MAX_VALUE, 0, Long.MAX_VALUE));
    assertThat(log.base().revision()).isEqualTo(19); // the last one stays
  }

  @Test
  void aWriteThatFindsTheDiskFullChangesNothingAndWorksLater() throws Exception {
    disk.setCapacity(Log.RESERVE_BYTES + 3000);
    Log log = open(1 << 20);
    log.append(List.of(write(entry(1, 1, put("a", "1", 1, 1)))));
    LogWrite large = write(entry(1, 2, put("b", "x".repeat(4000), 1, 2)));
    LogWrite next = write(entry(1, 3, put("c", "3", 1, 3)));
    byte[] before = disk.bytes(FIRST);

    assertFull(log, large);
    assertFull(log, next); // its sender did not know yet
    assertThat(disk.bytes(FIRST)).isEqualTo(before);
    log.append(
        List.of(new LogWrite(Optional.of(new HardState(7, 2)), 0, List.of(), Token.NONE, 0)));
    disk.setCapacity(24 << 20);
    log.append(List.of(large));
    log.append(List.of(next));

    Log reopened = open(disk.kill(), 1 << 20);
    assertThat(reopened.end()).isEqualTo(new Token(1, 3));
    assertThat(reopened.hardState()).isEqualTo(new HardState(7, 2));
  }

  @Test
  void whatTheDiskTookOfARefusedWriteNeverComesBack() throws Exception {
    Log log = open(1 << 20);
    log.append(List.of(write(entry(1, 1, put("a", "1", 1, 1)))));
    byte[] before = disk.bytes(FIRST);
    LogWrite vote = new LogWrite(Optional.of(new HardState(9, 0)), 0, List.of(), Token.NONE, 0);
    int size = 30; // of its frame

    for (int room = 0; room < size; room++) {
      disk.setCapacity(before.length + room); // others have taken the reserve as well
      assertFull(log, vote);
      assertThat(disk.bytes(FIRST)).isEqualTo(before);
      assertThat(open(disk.kill(), 1 << 20).hardState()).isEqualTo(HardState.INITIAL);
    }
    disk.setCapacity(before.length + size);
    log.append(List.of(vote));

    assertThat(open(disk.kill(), 1 << 20).hardState()).isEqualTo(new HardState(9, 0));
  }

  @Test
  void whetherANodeIsAMemberIsRemembered() throws Exception {
    assertThat(HardState.INITIAL.newcomer()).isTrue();
    for (boolean newcomer : List.of(true, false)) {
      var state = new HardState(9, 2, newcomer);
      Log log = open(1 << 20);
      log.append(List.of(new LogWrite(Optional.of(state), 0, List.of(), Token.NONE, 0)));

      assertThat(open(disk.kill(), 1 << 20).hardState()).isEqualTo(state);
    }
  }

  @Test
  void afterAFailedForceNothingIsAcknowledgedAnyMore() throws Exception {
    Log log = open(1 << 20);
    log.append(List.of(write(entry(1, 1, put("a", "1", 1, 1)))));
    LogWrite second = write(entry(1, 2, put("b", "2", 1, 2)));
    disk.failForces(1);

    assertThatThrownBy(() -> log.append(List.of(second)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("force failed");
    assertThatThrownBy(() -> log.append(List.of(second)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("takes nothing since the disk failed");
    log.close();

    assertThat(open(disk.kill(), 1 << 20).end().revision()).isBetween(1L, 2L);
  }

  @Test
  void aBrokenOrderIsRefused() throws Exception {
    Log log = open(1 << 20);
    log.append(goldenWrites());
    log.append(List.of(commit(4, 2)));

    assertThatThrownBy(() -> log.append(List.of(write(entry(4, 4, put("c", "3", 1, 3))))))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.append(List.of(write(entry(3, 3, put("c", "3", 1, 3))))))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> log.append(List.of(new LogWrite(Optional.empty(), 2, List.of(), Token.NONE, 0))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("final");
    assertThat(log.append(List.of(write(entry(4, 3, put("c", "3", 1, 3)))))).containsExactly(3L);
  }

  @Test
  void aRestartKeepsEntriesBehindTheSameEntryOnly() throws Exception {
    Log log = open(1 << 20);
    var entries = new ArrayList<EncodedEntry>();
    for (int revision = 1; revision <= 9; revision++) {
      entries.add(entry(2, revision, put("k", "v", revision, 1)));
    }
    log.append(List.of(write(entries.toArray(EncodedEntry[]::new))));

    long same = log.restart(new Token(2, 6), List.of());
    assertThat(same).isEqualTo(2);
    assertThat(log.end()).isEqualTo(new Token(2, 9));
    assertThat(log.read(6, 9, 1 << 20).entries()).isEqualTo(entries.subList(6, 9));
    assertThat(log.read(5, 9, 1 << 20).complete()).isFalse();

    long other = log.restart(new Token(3, 7), List.of());
    assertThat(other).isEqualTo(3);
    assertThat(log.end()).isEqualTo(new Token(3, 7));

    Log unnamed = open(disk.kill(), 1 << 20); // no manifest has named a restart
    assertThat(unnamed.read(0, 9, 1 << 20).entries()).isEqualTo(entries);
  }

  private static List<RecentRequest> requests(long first, int count, long millis) {
    var requests = new ArrayList<RecentRequest>();
    for (long revision = first; revision < first + count; revision++) {
      requests.add(
          new RecentRequest(
              new RequestId(1, revision, 2), new Token(2, revision), 1, false, millis));
    }
    return requests;
  }

  @Test
  void aRestartWithRequestsWritesTheGoldenBytes() throws Exception {
    Log log = open(1 << 20);
    log.restart(new Token(3, 7), requests(5, 2, 1_700_000_000_000L));

    assertGolden("log-segment-requests.hex", disk.bytes(SECOND));
    assertThat(open(disk.kill(), 1 << 20).requests()).isEmpty(); // no manifest has named it

    disk.put(SECOND, GoldenBytes.read("log-segment-requests.hex"));
    Log named =
        Log.open(disk, new LogOptions(IDENTITY, 1 << 20, true, true), 2, Token.NONE, metrics);
    assertThat(named.requests()).isEqualTo(requests(5, 2, 1_700_000_000_000L));
    assertThat(named.end()).isEqualTo(new Token(3, 7));
    assertThat(named.commit()).isEqualTo(new Token(3, 7));
  }

  @Test
  void theMostRequestsThereCanBeTakeSeveralFramesAndComeBack() throws Exception {
    disk = new SimDisk();
    Log log = open(1 << 20);
    List<RecentRequest> most = requests(1, RecentRequest.KEPT_MAX, 1_700_000_000_000L);

    long from = log.restart(new Token(2, RecentRequest.KEPT_MAX), most);

    assertThat(log.requests()).isEqualTo(most);
    log.close();
    Log again =
        Log.open(
            disk.kill(), new LogOptions(IDENTITY, 1 << 20, true, true), from, Token.NONE, metrics);
    assertThat(again.requests()).isEqualTo(most);
  }

  @Test
  void whatIsDroppedLeavesItsYoungRequests() throws Exception {
    Log log = open(400);
    long newest = RecentRequest.KEPT_MILLIS + 5_000; // what was at 5 s or later is young
    List<RecentRequest> copied = new ArrayList<>(requests(1, 1, 4_999));
    copied.addAll(requests(2, 1, 5_000));
    log.restart(new Token(2, 2), copied);
    var entries = new ArrayList<EncodedEntry>();
    for (long revision = 3; revision <= 20; revision++) {
      var entry =
          EntryCodec.encode(
              new Entry(
                  2,
                  revision,
                  2,
                  revision == 20 ? newest : 6_000,
                  Optional.of(new RequestId(1, revision, 2)),
                  List.of(put("a", "1", 2, 1))));
      entries.add(entry);
      log.append(List.of(write(entry)));
    }
    log.append(List.of(commit(2, 20)));

    LogDrop drop = log.toDrop(Long.MAX_VALUE, Long.MAX_VALUE, 0, Long.MAX_VALUE);
    log.drop(drop);

    assertThat(drop.requests().get(0)).isEqualTo(copied.get(1));
    assertThat(log.base().revision()).isGreaterThan(10);
    assertThat(log.requests()).isEqualTo(drop.requests());
    assertThat(log.requests())
        .extracting(request -> request.token().revision())
        .isEqualTo(LongStream.rangeClosed(2, log.base().revision()).boxed().toList());
    log.close();
    Log again =
        Log.open(
            disk.kill(),
            new LogOptions(IDENTITY, 400, true, true),
            drop.below(),
            Token.NONE,
            metrics);
    assertThat(again.requests()).isEqualTo(drop.requests());
    again.append(List.of(write(entry(2, 21, put("b", "x".repeat(400), 1, 21)))));
    again.append(List.of(write(entry(2, 22, put("b", "x".repeat(400), 1, 22)))));
    again.drop(again.toDrop(Long.MAX_VALUE, Long.MAX_VALUE, 0, Long.MAX_VALUE));
    assertThat(again.requests().get(0)).isEqualTo(copied.get(1)); // and so on, while it is young
  }

  private static void assertFull(Log log, LogWrite write) {
    assertThatThrownBy(() -> log.append(List.of(write)))
        .isInstanceOfSatisfying(
            WidecastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
  }
}
