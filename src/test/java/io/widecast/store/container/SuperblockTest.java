package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Token;
import io.widecast.sim.SimDisk;
import io.widecast.store.GoldenBytes;
import io.widecast.store.log.StoreException;
import io.widecast.store.segment.SegmentUsage;
import io.widecast.store.segment.Stream;
import io.widecast.store.snapshot.Deletion;
import io.widecast.store.snapshot.LateItem;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.Place;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SuperblockTest {

  private static final long IDENTITY = 0x0123456789abcdefL;

  private static Superblock sample(Optional<Deletion.Job> job) {
    var place = new Place(new byte[] {'k'}, 300);
    return new Superblock(
        9,
        new Token(2, 300),
        new Token(1, 200),
        new Token(1, 150),
        3,
        1000,
        2000,
        8,
        5,
        1,
        17,
        6,
        new TreeMap<>(java.util.Map.of(200L, 1L, 250L, 2L)),
        List.of(new Superblock.HeadState(6, 3, 7, 1900, new Token(2, 300), 20, 400)),
        List.of(
            new Superblock.RowState(
                7,
                "nightly",
                900,
                2,
                new Token(2, 299),
                77,
                19,
                380,
                0,
                1,
                SnapshotRow.State.DELETING,
                List.of(
                    new LateItem(5, 800, 1, 0, Place.FIRST), new LateItem(150, 0, 0, 2, place)))),
        job,
        List.of(
            new SegmentUsage(2, Stream.VALUES, true, 96000, 95000, 11, 9000, 8),
            new SegmentUsage(4, Stream.PAGES, false, 500, 0, 3, 300, 9)),
        new long[] {0, 4L << 35 | 7, 4L << 35 | 8L << 15 | 7, 0},
        new long[] {0, 700, 800, 0});
  }

  private static Superblock sample() {
    return sample(
        Optional.of(new Deletion.Job(7, Deletion.Phase.SWEEP, new Place(new byte[] {'k'}, 300))));
  }

  @Test
  void standsOnDiskAsItAlwaysDid() throws Exception {
    byte[] bytes = sample().encode(IDENTITY);
    GoldenBytes.assertGolden("container/checkpoint.hex", bytes);
    Superblock read = Superblock.decode(bytes, bytes.length, IDENTITY);
    assertThat(read.encode(IDENTITY)).isEqualTo(bytes);
    assertThat(read.rows()).isEqualTo(sample().rows());
    assertThat(read.heads()).isEqualTo(sample().heads());
    assertThat(read.segments()).isEqualTo(sample().segments());
    assertThat(read.job()).isEqualTo(sample().job());
    assertThat(read.epochs()).isEqualTo(sample().epochs());
    byte[] idle = sample(Optional.empty()).encode(IDENTITY);
    assertThat(Superblock.decode(idle, idle.length, IDENTITY).job()).isEmpty();
  }

  @Test
  void refusesEveryFlippedByteAndEveryCut() {
    byte[] bytes = sample().encode(IDENTITY);
    for (int at = 0; at < bytes.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> Superblock.decode(flipped, flipped.length, IDENTITY))
            .as("byte %d", at)
            .isInstanceOf(WireException.class);
      }
      int length = at;
      assertThatThrownBy(() -> Superblock.decode(Arrays.copyOf(bytes, length), length, IDENTITY))
          .isInstanceOf(WireException.class);
    }
    assertThatThrownBy(() -> Superblock.decode(bytes, bytes.length, IDENTITY + 1))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("another directory");
  }

  @Test
  void saysWhatToDoAboutADamagedOne() throws IOException {
    var disk = new SimDisk();
    assertThatThrownBy(() -> Superblock.read(disk, IDENTITY))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is missing");
    sample().write(disk, IDENTITY);
    assertThat(Superblock.read(disk, IDENTITY).number()).isEqualTo(sample().number());
    assertThat(disk.list()).containsExactly(Superblock.FILE);

    disk.flip(Superblock.FILE, 40, 1);

    assertThatThrownBy(() -> Superblock.read(disk, IDENTITY))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("Restore it from a backup");
  }

  @Test
  void aFullDiskLeavesTheOldOne() throws IOException {
    var disk = new SimDisk();
    sample().write(disk, IDENTITY);
    byte[] old = disk.bytes(Superblock.FILE);
    disk.setCapacity(old.length + 20);

    assertThatThrownBy(() -> sample(Optional.empty()).write(disk, IDENTITY))
        .isInstanceOf(IOException.class);

    assertThat(disk.bytes(Superblock.FILE)).isEqualTo(old);
    assertThat(disk.list()).contains(Superblock.TEMPORARY);
  }
}
