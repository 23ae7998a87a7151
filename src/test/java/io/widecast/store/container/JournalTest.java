package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Token;
import io.widecast.sim.SimDisk;
import io.widecast.store.GoldenBytes;
import io.widecast.store.container.Journal.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalTest {

  private static final long IDENTITY = 0x0123456789abcdefL;
  private static final String FILE = Journal.fileName(4);

  private static final List<Change> CHANGES =
      List.of(
          new Change.TakeSnapshot(new Token(2, 300), "nightly", 1000),
          new Change.Compact(new Token(2, 301), new Token(1, 250)),
          new Change.DeleteSnapshot(new Token(2, 301), "nightly"));

  private final SimDisk disk = new SimDisk();

  private List<Change> found(long number) throws IOException {
    var found = new ArrayList<Change>();
    Journal.open(disk, IDENTITY, number, found).close();
    return found;
  }

  private Journal journal(long number) throws IOException {
    return Journal.open(disk, IDENTITY, number, new ArrayList<>());
  }

  private Journal written() throws IOException {
    Journal journal = journal(4);
    for (Change change : CHANGES) {
      journal.append(List.of(change));
    }
    return journal;
  }

  @Test
  void standsOnDiskAsItAlwaysDid() throws IOException {
    written();
    GoldenBytes.assertGolden("container/journal.hex", disk.bytes(FILE));
    assertThat(found(4)).isEqualTo(CHANGES);
  }

  @Test
  void writesNoFileForNothing() throws IOException {
    Journal journal = journal(4);
    assertThat(journal.number()).isEqualTo(4);
    assertThat(disk.list()).isEmpty();
  }

  @Test
  void everyCutEndsBeforeTheRecordAndIsWrittenOver() throws IOException {
    written();
    byte[] whole = disk.bytes(FILE);
    int last = 0;
    for (int length = 0; length < whole.length; length++) {
      disk.put(FILE, Arrays.copyOf(whole, length));
      List<Change> found = found(4);
      assertThat(found).isEqualTo(CHANGES.subList(0, found.size()));
      assertThat(found.size()).isBetween(last, 2);
      last = found.size();
      journal(4).append(List.of(CHANGES.get(2)));
      var then = new ArrayList<>(found);
      then.add(CHANGES.get(2));
      assertThat(found(4)).isEqualTo(then);
    }
    assertThat(last).isEqualTo(2);
  }

  @Test
  void everyFlippedByteEndsTheFileThere() throws IOException {
    written();
    byte[] whole = disk.bytes(FILE);
    for (int at = 0; at < whole.length; at++) {
      disk.put(FILE, whole);
      disk.flip(FILE, at, 0x10);
      List<Change> found = found(4);
      assertThat(found).as("byte %d", at).isEqualTo(CHANGES.subList(0, found.size()));
      assertThat(found).hasSizeLessThan(3);
    }
  }

  @Test
  void refusesRecordsOfAnotherStoreOrFile() throws IOException {
    written();
    byte[] whole = disk.bytes(FILE);
    disk.put(Journal.fileName(5), whole);
    assertThat(found(5)).isEmpty();
    disk.put(FILE, whole);
    var found = new ArrayList<Change>();
    Journal.open(disk, IDENTITY + 1, 4, found);
    assertThat(found).isEmpty();
  }

  @Test
  void rollsAndForgetsWhatCheckpointsHave() throws IOException {
    Journal journal = written();
    journal.roll(5);
    journal.append(CHANGES.subList(0, 1));
    journal.roll(7); // 6 was tried, and nothing came meanwhile
    journal.append(CHANGES.subList(1, 2));
    assertThatThrownBy(() -> journal.roll(7)).isInstanceOf(IllegalStateException.class);

    assertThat(found(4)).hasSize(5).endsWith(CHANGES.get(0), CHANGES.get(1));
    assertThat(journal(4).number()).isEqualTo(7);
    assertThat(disk.list()).hasSize(3);
    journal.dropBelow(5);
    assertThat(disk.list()).containsExactly(Journal.fileName(5), Journal.fileName(7));
    assertThat(found(7)).containsExactly(CHANGES.get(1));
    assertThat(disk.list()).as("a start drops what is older").containsExactly(Journal.fileName(7));
    assertThat(found(8)).isEmpty();
    assertThat(journal(8).number()).isEqualTo(8);
  }

  @Test
  void aRecordWhoseForceFailedGivesWayToTheNext() throws IOException {
    Journal journal = journal(4);
    journal.append(CHANGES.subList(0, 1));
    disk.failForces(1);
    assertThatThrownBy(() -> journal.append(CHANGES.subList(1, 2))).isInstanceOf(IOException.class);
    journal.append(CHANGES.subList(2, 3));
    assertThat(found(4)).containsExactly(CHANGES.get(0), CHANGES.get(2));
  }
}
