package io.widecast.store;

import static io.widecast.store.Samples.committed;
import static io.widecast.store.Samples.entry;
import static io.widecast.store.Samples.put;
import static io.widecast.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.widecast.bus.LogWrite;
import io.widecast.metrics.Metrics;
import io.widecast.model.EncodedEntry;
import io.widecast.model.ErrorCode;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.log.FileDisk;
import io.widecast.store.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system that is full: a small one in memory, which only root can mount. */
class FullDiskIT {

  @TempDir Path directory;

  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", directory.toString());
    assumeTrue(mounted, "needs root and tmpfs");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      run("umount", directory.toString());
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }

  @Test
  void refusesWritesLosesNothingAndGoesOnWhenThereIsRoom() throws Exception {
    long accepted = fillUntilRefused();
    Path ballast = directory.resolve("ballast");
    fillCompletely(ballast);

    // A start with not a byte free, and a vote that finds no room for itself.
    try (StoreCore full = open()) {
      assertThat(full.recovery().logEnd()).isEqualTo(new Token(1, accepted));
      assertThat(full.view().token().revision()).isBetween(accepted - 1, accepted);
      LogWrite next = write(entry(1, accepted + 1, put("k", "v", 1, 1)));
      assertThat(isRefused(full, next)).isTrue();

      Files.delete(ballast);
    }
    assertThat(Files.getFileStore(directory).getUsableSpace()).isPositive();
    try (StoreCore again = open()) {
      assertThat(again.recovery().logEnd()).isEqualTo(new Token(1, accepted));
    }
  }

  private long fillUntilRefused() throws IOException {
    try (StoreCore store = open()) {
      for (long revision = 1; ; revision++) {
        EncodedEntry entry = entry(1, revision, put("k", "v".repeat(50_000), revision, 1));
        LogWrite write = new LogWrite(Optional.empty(), 0, List.of(entry), store.view().token(), 0);
        if (isRefused(store, write)) {
          assertThat(Files.getFileStore(directory).getUsableSpace())
              .isGreaterThan(Log.RESERVE_BYTES - (1 << 20));
          return revision - 1;
        }
        store.apply(committed(List.of(entry)));
      }
    }
  }

  private static void fillCompletely(Path ballast) throws IOException {
    byte[] block = new byte[4096];
    try (var out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space");
    }
  }

  private static boolean isRefused(StoreCore store, LogWrite write) {
    try {
      store.append(write);
      return false;
    } catch (WidecastException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL);
      return true;
    }
  }

  private StoreCore open() throws IOException {
    return StoreCore.open(
        new FileDisk(directory),
        StoreOptions.core(directory, new NodeId("paris-1")),
        new Metrics(),
        System.currentTimeMillis());
  }
}
