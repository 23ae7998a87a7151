package io.widecast.store.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.metrics.Metrics;
import io.widecast.model.Token;
import io.widecast.sim.SimDisk;
import io.widecast.store.Samples;
import io.widecast.store.VerifyReport;
import io.widecast.store.container.ContainerRun;
import io.widecast.store.log.Log;
import io.widecast.store.log.LogOptions;
import io.widecast.store.log.StoreException;
import io.widecast.store.redo.Manifest;
import io.widecast.store.redo.RedoObject;
import io.widecast.store.redo.RedoWriter;
import io.widecast.store.redo.Row;
import io.widecast.store.segment.Pba;
import io.widecast.wire.Crc;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OfflineVerifierTest {

  private static final long HEAP = 64 << 20;
  private static final String LOG = "log-0000000000000001";

  private static void format(SimDisk disk, long identity, String kind) {
    String front = String.format("widecast %s\nnode paris-1\nidentity %016x\n", kind, identity);
    byte[] bytes = front.getBytes(StandardCharsets.US_ASCII);
    String text = front + String.format("crc %08x\n", Crc.of(0, bytes, 0, bytes.length));
    disk.put("FORMAT", text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void log(SimDisk disk) throws IOException {
    var options = new LogOptions(Planted.IDENTITY, 1 << 20, true, true);
    try (Log log = Log.open(disk, options, 1, Token.NONE, new Metrics())) {
      for (int i = 1; i <= 3; i++) {
        log.append(
            List.of(Samples.write(Samples.entry(1, i, Samples.put("key" + i, "value", 1, i)))));
      }
    }
  }

  private static SimDisk container() throws IOException {
    Planted store = Planted.store();
    store.container.takeSnapshot("three", 3);
    store.container.close();
    format(store.disk, Planted.IDENTITY, "container 1");
    log(store.disk);
    return store.disk;
  }

  private static SimDisk redoLog() throws IOException {
    var disk = new SimDisk();
    var rows = List.of(Row.of(Samples.row("a", "1", 1, 1)), Row.of(Samples.row("b", "2", 1, 2)));
    RedoObject root =
        RedoWriter.write(disk, Planted.IDENTITY, 1, 0, new Token(1, 2), rows.iterator());
    Manifest.INITIAL.with(root, 1).write(disk, Planted.IDENTITY);
    format(disk, Planted.IDENTITY, "redo-log 1");
    log(disk);
    return disk;
  }

  private static TreeMap<String, Integer> content(SimDisk disk) {
    var content = new TreeMap<String, Integer>();
    disk.list().forEach(name -> content.put(name, Arrays.hashCode(disk.bytes(name))));
    return content;
  }

  private static VerifyReport verify(SimDisk disk) throws IOException {
    return OfflineVerifier.verify(disk, HEAP);
  }

  @Test
  @DisplayName("I4.1: sound directories raise no alarm, and stay as they are")
  void changesNothing() throws IOException {
    for (SimDisk disk : List.of(container(), redoLog())) {
      disk.put("CHECKPOINT.tmp", new byte[3]); // what a start would delete
      disk.put("seg-00fffff", new byte[3]);
      var before = content(disk);
      long changes = disk.changes();

      VerifyReport report = verify(disk);

      assertThat(report.alarms()).isEmpty();
      assertThat(report.token().revision()).isPositive();
      assertThat(content(disk)).isEqualTo(before);
      assertThat(disk.changes()).isEqualTo(changes);
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Long.getLong("widecast.store.seeds", 12));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName("I4.1: no alarm over what a power cut leaves, wherever it comes")
  void raisesNothingAfterAPowerCut(long seed) throws IOException {
    var random = new SplittableRandom(seed);
    var run = new ContainerRun(seed * 53, seed % 3 != 0);
    run.checkpoint();
    for (int i = 0; i < 3; i++) {
      for (int steps = random.nextInt(40); steps > 0; steps--) {
        run.step();
      }
      run.disk.cutPowerAtChange(1 + random.nextInt(30));
      try {
        run.checkpoint();
      } catch (SimDisk.PowerCut cut) {
        // as it was meant
      }
      SimDisk found = run.disk.crash(random);
      format(found, ContainerRun.IDENTITY, "container 1");

      assertThat(verify(found).alarms()).as("seed %d", seed).isEmpty();

      run.disk = found;
      run.open();
      run.replay();
    }
  }

  @Test
  @DisplayName("I4.2: a flipped bit in any file is an alarm, not a stack trace")
  void findsAFlippedBitInAnyFile() throws IOException {
    for (SimDisk sound : List.of(container(), redoLog())) {
      for (String name : sound.list()) {
        int size = name.startsWith("journal-") ? 8 : sound.bytes(name).length;
        int end = name.equals(LOG) ? 90 : size; // its tail may be what a power cut left
        for (int offset = 0; offset < end; offset += 1 + end / 9) {
          if (name.equals("FORMAT") || name.startsWith("journal-")) {
            continue; // refused; and its tail may be what a power cut left
          }
          SimDisk disk = sound.kill();
          disk.flip(name, offset, 1 << offset % 8);

          assertThat(verify(disk).alarms()).as("%s at %d", name, offset).isNotEmpty();
        }
      }
    }
  }

  @Test
  @DisplayName("I4.2: of a lost file each key that it held is told")
  void namesWhatALostFileHeld() throws IOException {
    SimDisk disk = container();
    Planted store = new Planted();
    store.disk = disk;
    store.open();
    long segment = Pba.segment(store.forest().map().find(1));
    disk.delete(String.format("seg-%07x", segment));

    VerifyReport report = verify(disk);

    assertThat(report.alarms())
        .anyMatch(
            alarm ->
                alarm.kind().equals("damaged-value")
                    && alarm.where().contains(Planted.key(0).toString()));
  }

  @Test
  @DisplayName("I4.2: lost files that all hangs on are alarms")
  void tellsOfLostFiles() throws IOException {
    for (String name : List.of("CHECKPOINT", LOG)) {
      SimDisk disk = container();
      disk.delete(name);
      // The log's first segment counts as not needed where nothing says that it was there.
      assertThat(verify(disk).sound()).isEqualTo(name.equals(LOG));
    }
    SimDisk disk = redoLog();
    disk.delete("object-0000000000000001");
    assertThat(Planted.kinds(verify(disk))).containsExactly("damaged-file");
  }

  @Test
  void refusesADirectoryInUse() throws IOException {
    SimDisk disk = container();
    try (Closeable lock = disk.lock()) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> verify(disk))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("in use");
    }
    assertThat(verify(disk).sound()).isTrue(); // the refusal left nothing locked
  }

  @Test
  void refusesAnotherVersion() throws IOException {
    SimDisk disk = container();
    format(disk, Planted.IDENTITY, "container 9");

    assertThatThrownBy(() -> verify(disk))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("container 9");
  }

  @Test
  void refusesWhatIsNoDataDirectory() {
    assertThatThrownBy(() -> verify(new SimDisk()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("no data directory");
  }
}
