package io.widecast.store.snapfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.store.GoldenBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFileTest {

  private static final Token AT = new Token(3, 5_000);

  private static List<KeyVersion> read(byte[] file) throws IOException {
    var reader = new SnapshotFileReader(new ByteArrayInputStream(file));
    var rows = new ArrayList<KeyVersion>();
    for (List<KeyVersion> part = reader.next(); !part.isEmpty(); part = reader.next()) {
      rows.addAll(part);
    }
    assertThat(reader.next()).as("the end stays the end").isEmpty();
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 700, 5_000})
  void whatIsWrittenIsRead(int keys) throws IOException {
    List<KeyVersion> rows = SampleSnapshots.rows(keys);

    byte[] file = SampleSnapshots.file(rows, AT, "city/**");

    assertThat(read(file)).isEqualTo(rows);
    assertThat(new SnapshotFileReader(new ByteArrayInputStream(file)).header())
        .isEqualTo(SampleSnapshots.header(rows, AT, "city/**"));
  }

  @Test
  void greatestRowsFit() throws IOException {
    var value = new Value(Bytes.wrap(new byte[Value.BYTES_MAX]), "x".repeat(255));
    var held = new Versioned(value, AT, 1, 1, 0);
    var rows =
        List.of(
            new KeyVersion(Key.of("a".repeat(Key.BYTES_MAX)), held),
            new KeyVersion(Key.of("b".repeat(Key.BYTES_MAX)), held));

    assertThat(read(SampleSnapshots.file(rows, AT, ""))).isEqualTo(rows);
  }

  @Test
  void goldenBytes() throws IOException {
    var rows = List.of(SampleSnapshots.row("a", "one", 7), SampleSnapshots.row("b", "", 9));

    byte[] file = SampleSnapshots.file(rows, new Token(3, 9), "");

    GoldenBytes.assertGolden("snapshot-file.hex", file);
    assertThat(read(GoldenBytes.read("snapshot-file.hex"))).isEqualTo(rows);
  }

  @Test
  void everyCutIsRefused() {
    byte[] file = SampleSnapshots.file(SampleSnapshots.rows(12), AT, "");

    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> read(cut))
          .as("cut at " + length)
          .isInstanceOf(SnapshotFileException.class)
          .hasMessageContaining("cut off");
    }
  }

  @Test
  void everyFlippedBitIsRefused() {
    byte[] file = SampleSnapshots.file(SampleSnapshots.rows(12), AT, "f/**");

    for (int bit = 0; bit < 8 * file.length; bit++) {
      byte[] bad = file.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> read(bad))
          .as("bit " + bit)
          .isInstanceOf(SnapshotFileException.class)
          .hasMessageMatching(".*\\w.*");
    }
  }

  @Test
  void whatFollowsTheEndIsRefused() {
    byte[] file = SampleSnapshots.file(SampleSnapshots.rows(3), AT, "");
    byte[] more = Arrays.copyOf(file, file.length + 1);

    assertThatThrownBy(() -> read(more)).hasMessageContaining("more follows");
    assertThatThrownBy(() -> read("{\"type\":\"https://…\"}".getBytes("UTF-8")))
        .hasMessageContaining("not a snapshot file");
  }

  @Test
  void blocksAndKeysKeepTheirOrder() {
    var rows = new ArrayList<>(SampleSnapshots.rows(5));
    Collections.swap(rows, 2, 3);
    List<KeyVersion> twice = List.of(rows.get(0), rows.get(0));

    assertThatThrownBy(() -> read(SampleSnapshots.file(rows, AT, "")))
        .hasMessageContaining("out of order: 'key/000002' comes behind 'key/000003'");
    assertThatThrownBy(() -> read(SampleSnapshots.file(twice, AT, "")))
        .hasMessageContaining("out of order");
  }

  @Test
  void aMissingBlockIsNoticed() throws IOException {
    List<KeyVersion> rows = SampleSnapshots.rows(3_000);
    var writer = new SnapshotFileWriter(SampleSnapshots.header(rows, AT, ""), rows::iterator);
    byte[] header = writer.next();
    byte[] first = writer.next();
    byte[] second = writer.next();
    byte[] missing = Arrays.copyOf(header, header.length + second.length);
    System.arraycopy(second, 0, missing, header.length, second.length);

    assertThat(first.length).isGreaterThan(FileBlock.FULL_BYTES);
    assertThatThrownBy(() -> read(missing)).hasMessageContaining("missing or moved");
  }

  @Test
  void rowsOfALaterPositionAreRefused() {
    var rows = List.of(SampleSnapshots.row("a", "x", 4_000));

    assertThatThrownBy(() -> read(SampleSnapshots.file(rows, new Token(3, 3_999), "")))
        .hasMessageContaining("later position");
  }

  @Test
  void aWriterWhoseRowsAreNotThoseAnnouncedNeverEnds() {
    List<KeyVersion> rows = SampleSnapshots.rows(3);
    SnapshotFileHeader announced = SampleSnapshots.header(SampleSnapshots.rows(4), AT, "");

    assertThatThrownBy(() -> SampleSnapshots.file(announced, rows))
        .isInstanceOf(IllegalStateException.class);
  }
}
