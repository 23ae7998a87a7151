package io.widecast.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest {

  @TempDir Path directory;

  @Test
  void readsBackWhatWasWrittenAnywhere() throws Exception {
    Disk disk = new FileDisk(directory.resolve("new/one"));
    byte[] large = new byte[700_000];
    Arrays.fill(large, (byte) 7);
    try (DiskFile file = disk.create("a")) {
      file.write(10, large, 0, large.length);
      file.force();
      file.truncate(600_000);
      byte[] read = new byte[800_000];
      assertThat(file.size()).isEqualTo(600_000);
      assertThat(file.read(5, read, 1, 700_000)).isEqualTo(599_995);
      assertThat(read[5]).isZero();
      assertThat(read[6]).isEqualTo((byte) 7);
      assertThat(file.read(700_000, read, 0, 10)).isZero();
    }
    disk.create("b").close();
    disk.rename("b", "a");
    disk.forceNames();
    try (DiskFile file = disk.open("a")) {
      assertThat(file.size()).isZero();
    }
    assertThat(disk.list()).containsExactly("a");
    disk.delete("a");
    assertThat(disk.list()).isEmpty();
    assertThat(disk.freeBytes()).isPositive();
    assertThatThrownBy(() -> disk.open("a")).isInstanceOf(IOException.class);
  }

  @Test
  void oneHolderAtATimeAndItsNameForTheOthers() throws Exception {
    Disk disk = new FileDisk(directory);
    Closeable lock = disk.lock();

    assertThatThrownBy(new FileDisk(directory)::lock)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("in use")
        .hasMessageContaining("node.data");
    assertThat(Files.readString(directory.resolve("LOCK"), StandardCharsets.US_ASCII))
        .isEqualTo(Long.toString(ProcessHandle.current().pid()));
    lock.close();

    disk.lock().close();
  }
}
