package io.widecast.store.snapfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.bus.HardState;
import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.store.StoreCore;
import io.widecast.store.StoreOptions;
import io.widecast.store.log.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotRestoreTest {

  private static final NodeId NODE = new NodeId("paris-1");
  private static final OptionalLong DEFAULT = OptionalLong.empty();

  @TempDir Path directory;

  private Path file(byte[] content) throws IOException {
    return Files.write(directory.resolve("file"), content);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3_000})
  void aRestoredNodeHasTheMapAndATermAboveAllOldOnes(int keys) throws IOException {
    Path file = file(SampleSnapshots.file(keys));
    Path data = directory.resolve("a/b/data");

    var restored = SnapshotRestore.restore(file, data, NODE, DEFAULT, 1);

    assertThat(restored.term()).isEqualTo(1_003);
    var options = StoreOptions.core(data, NODE);
    try (var core = StoreCore.open(new FileDisk(data), options, new Metrics(), 2)) {
      var rows = new ArrayList<KeyVersion>();
      core.view().from(Bytes.EMPTY).forEachRemaining(rows::add);
      assertThat(rows).isEqualTo(SampleSnapshots.rows(keys));
      assertThat(core.hardState()).isEqualTo(new HardState(1_003, -1));
      assertThat(core.recovery().applied()).isEqualTo(new Token(3, 5_000));
      assertThat(core.recovery().logEnd()).isEqualTo(new Token(3, 5_000));
      assertThat(core.recovery().log()).isEmpty();
    }
  }

  @Test
  void theTermMayBeGivenIfItIsAboveTheSnapshots() throws IOException {
    Path file = file(SampleSnapshots.file(2));
    Path data = directory.resolve("data");

    assertThatThrownBy(() -> SnapshotRestore.restore(file, data, NODE, OptionalLong.of(3), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not above the snapshot's");
    assertThat(data).doesNotExist();
    assertThat(SnapshotRestore.restore(file, data, NODE, OptionalLong.of(4), 1).term())
        .isEqualTo(4);
  }

  @Test
  void onlyAnEmptyDirectoryIsWrittenTo() throws IOException {
    Path file = file(SampleSnapshots.file(2));
    Path full = Files.createDirectory(directory.resolve("full"));
    Files.createFile(full.resolve("x"));
    Path empty = Files.createDirectory(directory.resolve("empty"));

    assertThatThrownBy(() -> SnapshotRestore.restore(file, full, NODE, DEFAULT, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not empty");
    assertThatThrownBy(() -> SnapshotRestore.restore(file, file, NODE, DEFAULT, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no directory");
    SnapshotRestore.restore(file, empty, NODE, DEFAULT, 1);

    assertThat(Files.list(full)).hasSize(1);
    assertThat(Files.list(empty)).isNotEmpty();
  }

  @Test
  void nothingIsWrittenOfAFileThatIsNotWhole() throws IOException {
    byte[] whole = SampleSnapshots.file(3_000);
    whole[whole.length - 60] ^= 1;
    Path data = directory.resolve("data");

    Path damaged = file(whole);
    assertThatThrownBy(() -> SnapshotRestore.restore(damaged, data, NODE, DEFAULT, 1))
        .isInstanceOf(SnapshotFileException.class);
    Path part = file(SampleSnapshots.file(SampleSnapshots.rows(1), new Token(3, 9), "city/**"));
    assertThatThrownBy(() -> SnapshotRestore.restore(part, data, NODE, DEFAULT, 1))
        .isInstanceOf(SnapshotFileException.class)
        .hasMessageContaining("city/** only");
    assertThat(data).doesNotExist();
    assertThat(List.of(directory.toFile().list())).containsExactly("file");
  }
}
