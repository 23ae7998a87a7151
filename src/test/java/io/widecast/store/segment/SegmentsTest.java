package io.widecast.store.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.sim.SimDisk;
import io.widecast.store.GoldenBytes;
import io.widecast.store.log.StoreException;
import io.widecast.store.segment.Segments.Found;
import io.widecast.store.segment.Segments.Listed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SegmentsTest {

  private static final long IDENTITY = 0x0123456789abcdefL;
  private static final int SIZE = 96 << 10;

  private final SimDisk disk = new SimDisk();

  private Segments segments(List<SegmentUsage> usage, long next) throws IOException {
    var segments = new Segments(disk, IDENTITY, SIZE, 64 << 10);
    segments.recover(usage, next, 1);
    return segments;
  }

  private static byte[] payload(long id, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(id).nextBytes(bytes);
    return bytes;
  }

  private static List<Long> append(Segments segments, int count, int lengthMax) {
    var random = new SplittableRandom(count);
    var pbas = new ArrayList<Long>();
    for (int i = 0; i < count; i++) {
      int length = random.nextInt(lengthMax + 1);
      pbas.add(segments.append(i + 1, payload(i + 1, length), 0, length));
    }
    return pbas;
  }

  private static void checkBlocks(Segments segments, List<Long> pbas) {
    for (int i = 0; i < pbas.size(); i++) {
      byte[] read = segments.read(pbas.get(i), BlockKind.VALUE, i + 1);
      assertThat(read).isEqualTo(payload(i + 1, read.length));
      assertThat(segments.contains(pbas.get(i))).isTrue();
    }
  }

  /** Those of {@code pbas} that are in memory, together; how many these are. */
  private static int checkHeld(Segments segments, List<Long> pbas) {
    long[] addresses = pbas.stream().mapToLong(pba -> pba).toArray();
    long[] ids = new long[addresses.length];
    Arrays.setAll(ids, i -> i + 1);
    Segments.Payload[] found = segments.viewHeld(addresses, addresses.length, BlockKind.VALUE, ids);
    int held = 0;
    for (int i = 0; i < found.length; i++) {
      if (found[i] != null) {
        assertThat(found[i].copy()).isEqualTo(payload(i + 1, found[i].length()));
        held++;
      }
    }
    return held;
  }

  @Test
  void viewsOfManyAreOfThoseInMemory() throws IOException {
    Segments segments = segments(List.of(), 1);
    List<Long> pbas = append(segments, 400, 300);
    assertThat(checkHeld(segments, pbas)).isEqualTo(400);

    segments.flush().write();
    Segments next = segments(segments.usage(), segments.nextNumber());
    int atStart = checkHeld(next, pbas);
    assertThat(atStart).as("those beside the headers, which were read").isBetween(1, 250);
    for (int i = 100; i < 200; i++) {
      next.read(pbas.get(i), BlockKind.VALUE, i + 1);
    }
    assertThat(checkHeld(next, pbas)).isBetween(atStart + 20, 399);

    long[] wrong = {0, pbas.get(110), pbas.get(111), 1L << 40 | 7, pbas.get(112)};
    long[] ids = {1, 111, 999, 3, 113};
    Segments.Payload[] found = next.viewHeld(wrong, 4, BlockKind.VALUE, ids);
    assertThat(found).hasSize(4);
    assertThat(found[0]).as("no address").isNull();
    assertThat(found[1].copy()).isEqualTo(payload(111, found[1].length()));
    assertThat(found[2]).as("another block's address").isNull();
    assertThat(found[3]).as("no such segment").isNull();
  }

  @Test
  void readsFromMemoryFromDiskAndAfterAStart() throws IOException {
    Segments segments = segments(List.of(), 1);
    List<Long> pbas = append(segments, 600, 3000);
    checkBlocks(segments, pbas);
    assertThat(segments.unwrittenBytes()).isGreaterThan(600_000);

    segments.flush().write();

    assertThat(segments.unwrittenBytes()).isZero();
    assertThat(segments.count()).as("it rolled").isGreaterThan(8);
    assertThat(segments.cachedBytes()).isLessThanOrEqualTo(64 << 10);
    checkBlocks(segments, pbas);
    Segments next = segments(segments.usage(), segments.nextNumber());
    checkBlocks(next, pbas);
    assertThat(next.cachedBytes()).isLessThanOrEqualTo(64 << 10);
    assertThat(next.usage().stream().mapToInt(SegmentUsage::liveBlocks).sum()).isEqualTo(600);
  }

  @Test
  void takesBlocksOfNothingAndOfTheMost() throws IOException {
    Segments segments = segments(List.of(), 1);
    int[] lengths = {0, 1, 127, 128, Segments.PAYLOAD_MAX - 1, Segments.PAYLOAD_MAX, 0};
    var pbas = new ArrayList<Long>();
    for (int i = 0; i < lengths.length; i++) {
      pbas.add(segments.append(i + 1, payload(i + 1, lengths[i]), 0, lengths[i]));
    }
    segments.flush().write();
    for (int i = 0; i < lengths.length; i++) {
      assertThat(segments.read(pbas.get(i), BlockKind.VALUE, i + 1)).hasSize(lengths[i]);
    }
    byte[] tooMuch = new byte[Segments.PAYLOAD_MAX + 1];
    assertThatThrownBy(() -> segments.append(9, tooMuch, 0, tooMuch.length))
        .isInstanceOf(IllegalArgumentException.class);
    int least = SegmentBuilder.SEGMENT_BYTES_MIN;
    assertThatThrownBy(() -> new Segments(disk, 1, least - 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    var small = new Segments(disk, 1, least, 1);
    for (int i = 1; i <= 3; i++) {
      small.append(1L << 61, payload(i, Segments.PAYLOAD_MAX), 0, Segments.PAYLOAD_MAX);
      assertThat(small.count()).as("one each").isEqualTo(i);
    }
  }

  @Test
  void theSummaryListsWhatAScanFinds() throws IOException {
    Segments segments = segments(List.of(), 1);
    List<Long> pbas = append(segments, 400, 2000);
    pbas.addAll(append(segments, 9000, 0)); // so many that a summary takes a while
    segments.flush().write();
    int listed = 0;
    for (SegmentUsage usage : segments.usage()) {
      List<Listed> scanned =
          segments.scan(usage.number()).stream()
              .filter(found -> found.kind() != BlockKind.SUMMARY)
              .map(found -> new Listed(found.pba(), found.kind(), found.id()))
              .toList();
      assertThat(segments.list(usage.number())).isEqualTo(scanned);
      assertThat(usage.sealed()).isEqualTo(usage.summaryAt() > 0);
      listed += scanned.size();
    }
    assertThat(listed).isEqualTo(9400);
  }

  @Test
  void aFlippedBitInAnyByteIsFound() throws IOException {
    Segments segments = segments(List.of(), 1);
    List<Long> pbas = append(segments, 12, 40);
    segments.append(13, payload(13, Segments.PAYLOAD_MAX), 0, Segments.PAYLOAD_MAX);
    segments.append(14, payload(14, Segments.PAYLOAD_MAX), 0, Segments.PAYLOAD_MAX); // rolls
    segments.flush().write();
    SegmentUsage usage = segments.usage().get(0);
    String name = Segment.fileName(1);
    var random = new SplittableRandom(1);
    assertThat(segments.scan(1))
        .hasSize(14)
        .last()
        .extracting(Found::kind)
        .isEqualTo(BlockKind.SUMMARY);
    int largest = Pba.offset(pbas.get(11)) + Pba.length(pbas.get(11));
    for (int at = 0; at < usage.end(); at++) {
      if (at > largest + 40 && at < usage.summaryAt() && at % 997 != 0) {
        continue; // the middle of one long payload
      }
      int bit = 1 << random.nextInt(8);
      disk.flip(name, at, bit);
      assertThatThrownBy(() -> segments.scan(1))
          .as("byte %d", at)
          .isInstanceOf(DamagedBlockException.class);
      disk.flip(name, at, bit);
    }
    for (int i = 0; i < pbas.size(); i++) {
      disk.flip(name, Pba.offset(pbas.get(i)) + 5, 1);
      int index = i;
      Segments cold = segments(segments.usage(), segments.nextNumber());
      assertThatThrownBy(() -> cold.read(pbas.get(index), BlockKind.VALUE, index + 1))
          .isInstanceOf(DamagedBlockException.class)
          .hasMessageContaining("simulated disk");
      disk.flip(name, Pba.offset(pbas.get(i)) + 5, 1);
    }
  }

  @Test
  void aBlockElsewhereOrOfAnotherNameIsBroken() throws IOException {
    Segments segments = segments(List.of(), 1);
    long first = segments.append(1, payload(1, 20), 0, 20);
    long second = segments.append(2, payload(1, 20), 0, 20);
    for (long wrong :
        new long[] {
          Pba.of(1, Pba.offset(first) + 4, Pba.length(first)),
          Pba.of(1, Pba.offset(first), Pba.length(first) + 4),
          Pba.of(1, Pba.offset(first), 0),
          Pba.of(1, Pba.OFFSET_MAX, 40)
        }) {
      assertThatThrownBy(() -> segments.read(wrong, BlockKind.VALUE, 1))
          .isInstanceOf(DamagedBlockException.class);
    }
    assertThatThrownBy(() -> segments.read(second, BlockKind.VALUE, 1))
        .isInstanceOf(DamagedBlockException.class);
    assertThatThrownBy(() -> segments.read(first, BlockKind.PAGE, 1))
        .isInstanceOf(DamagedBlockException.class);
    assertThatThrownBy(() -> segments.read(Pba.of(7, 32, 20), BlockKind.VALUE, 1))
        .isInstanceOf(BlockGoneException.class);

    segments.flush().write();
    byte[] file = disk.bytes(Segment.fileName(1));
    System.arraycopy(
        file, Pba.offset(first), file, Pba.offset(second), Pba.length(first)); // as a lost write
    disk.put(Segment.fileName(1), file);
    Segments cold = segments(segments.usage(), 2);
    assertThatThrownBy(() -> cold.read(second, BlockKind.VALUE, 1))
        .isInstanceOf(DamagedBlockException.class);
  }

  @Test
  void aStartDeletesWhatNoCheckpointKnowsAndUsesNoNumberAgain() throws IOException {
    Segments segments = segments(List.of(), 1);
    List<Long> pbas = append(segments, 100, 3000);
    segments.flush().write();
    final List<SegmentUsage> known = segments.usage().subList(0, 1);
    disk.put(Segment.fileName(0xabc), new byte[10]);
    disk.put("seg-other", new byte[10]);

    Segments next = segments(known, 2);

    assertThat(disk.list()).containsExactly(Segment.fileName(1), "seg-other");
    assertThat(next.nextNumber()).isEqualTo(0xabd);
    checkBlocks(next, pbas.subList(0, 5));
    long later = next.append(900, payload(900, 5), 0, 5);
    assertThat(Pba.segment(later)).isEqualTo(0xabc + 1);
  }

  @Test
  void refusesSegmentsOfAnotherStoreOrPlaceAndMissingOnes() throws IOException {
    Segments segments = segments(List.of(), 1);
    append(segments, 100, 3000);
    segments.flush().write();
    List<SegmentUsage> usage = segments.usage();
    var other = new Segments(disk, IDENTITY + 1, SIZE, 64 << 10);
    assertThatThrownBy(() -> other.recover(usage, 9, 1)).isInstanceOf(DamagedBlockException.class);

    byte[] first = disk.bytes(Segment.fileName(1));
    disk.put(Segment.fileName(1), disk.bytes(Segment.fileName(2)));
    assertThatThrownBy(() -> segments(usage, 9)).isInstanceOf(DamagedBlockException.class);
    disk.put(Segment.fileName(1), new byte[3]);
    assertThatThrownBy(() -> segments(usage, 9)).isInstanceOf(StoreException.class);
    disk.put(Segment.fileName(1), first);
    segments(usage, 9);
    disk.delete(Segment.fileName(1));
    assertThatThrownBy(() -> segments(usage, 9)).isInstanceOf(StoreException.class);
  }

  @Test
  void countsWhatIsLiveAndDropsWhatIsNot() throws IOException {
    Segments segments = segments(List.of(), 1);
    List<Long> pbas = append(segments, 300, 2000);
    segments.flush().write();
    final int count = segments.count();
    assertThat(segments.empty()).isEmpty();
    var inFirst = pbas.stream().filter(pba -> Pba.segment(pba) == 1).toList();
    var inSecond = pbas.stream().filter(pba -> Pba.segment(pba) == 2).toList();
    inSecond.stream().skip(5).forEach(segments::release);
    assertThat(segments.victims(9, 0.75, Set.of())).containsExactly(2L);
    inFirst.forEach(segments::release);
    assertThat(segments.victims(9, 0.75, Set.of()))
        .as("nothing to move in the first")
        .containsExactly(2L);
    assertThatThrownBy(() -> segments.release(inFirst.get(0)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(segments.empty()).containsExactly(1L);

    List<Segments.DroppedSegment> dropped = segments.drop(segments.empty());
    assertThat(segments.count()).isEqualTo(count - 1);
    assertThatThrownBy(() -> segments.read(inFirst.get(0), BlockKind.VALUE, 1))
        .isInstanceOf(BlockGoneException.class);
    assertThat(disk.list()).contains(Segment.fileName(1));
    segments.deleteFiles(dropped);
    assertThat(disk.list()).doesNotContain(Segment.fileName(1));
  }

  @Test
  void aFailedForceIsMadeGoodByTheNextFlush() throws IOException {
    Segments segments = segments(List.of(), 1);
    List<Long> pbas = append(segments, 100, 2000);
    disk.failForces(1);
    assertThatThrownBy(() -> segments.flush().write()).isInstanceOf(IOException.class);
    checkBlocks(segments, pbas);

    segments.flush().write();

    SimDisk found = disk.crash(new SplittableRandom(1));
    var next = new Segments(found, IDENTITY, SIZE, 64 << 10);
    // The names were not forced: what is left of them must hold what was forced.
    assertThat(found.list()).isSubsetOf(disk.list());
    disk.forceNames();
    next = new Segments(disk.crash(new SplittableRandom(1)), IDENTITY, SIZE, 64 << 10);
    next.recover(segments.usage(), segments.nextNumber(), 2);
    checkBlocks(next, pbas);
  }

  @Test
  void aWriterThatIsDiscardedLeavesNoFile() throws IOException {
    Segments segments = segments(List.of(), 1);
    SegmentWriter writer = segments.pageWriter(400_000);
    for (int i = 1; i < 100; i++) {
      writer.append(i, payload(i, 3000), 3000);
    }
    assertThat(disk.list()).isNotEmpty();

    writer.discard();

    assertThat(disk.list()).isEmpty();
    long next = segments.append(1, payload(1, 5), 0, 5);
    assertThat(Pba.segment(next)).as("set aside and not used again").isGreaterThan(5);
  }

  @Test
  void standsOnDiskAsItAlwaysDid() throws IOException {
    Segments segments = segments(List.of(), 1);
    segments.append(1000, new byte[] {1, 2, 3}, 0, 3);
    segments.append(1001, new byte[0], 0, 0);
    segments.flush().write();
    GoldenBytes.assertGolden("container/segment.hex", disk.bytes(Segment.fileName(1)));
    SegmentWriter writer = segments.pageWriter(100);
    writer.append(7, new byte[] {9}, 1);
    writer.close();
    GoldenBytes.assertGolden("container/segment-sealed.hex", disk.bytes(Segment.fileName(2)));
  }
}
