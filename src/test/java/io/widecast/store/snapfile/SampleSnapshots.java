package io.widecast.store.snapfile;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.IntStream;

/** Snapshot files for tests. */
public final class SampleSnapshots {

  private SampleSnapshots() {}

  /** A whole file of so many keys as of 3.5000. */
  public static byte[] file(int keys) {
    return file(rows(keys), new Token(3, 5_000), "");
  }

  static List<KeyVersion> rows(int keys) {
    return IntStream.range(0, keys)
        .mapToObj(
            i -> row("key/%06d".formatted(i), "value " + i + " ".repeat(i % 90), 1 + i % 5_000))
        .toList();
  }

  static KeyVersion row(String key, String value, long revision) {
    var held =
        new Versioned(
            new Value(Bytes.utf8(value), Value.TEXT),
            new Token(revision < 9 ? 1 : 3, revision),
            1 + revision / 2,
            2,
            revision % 7 == 0 ? 1_800_000_000_000L : 0);
    return new KeyVersion(Key.of(key), held);
  }

  static SnapshotFileHeader header(List<KeyVersion> rows, Token at, String filter) {
    long bytes =
        rows.stream()
            .mapToLong(r -> r.key().sizeBytes() + r.versioned().value().bytes().length())
            .sum();
    return new SnapshotFileHeader("before", at, 1_700_000_000_000L, rows.size(), bytes, filter);
  }

  static byte[] file(List<KeyVersion> rows, Token at, String filter) {
    return file(header(rows, at, filter), rows);
  }

  static byte[] file(SnapshotFileHeader header, List<KeyVersion> rows) {
    var writer = new SnapshotFileWriter(header, rows::iterator);
    var out = new ByteArrayOutputStream();
    for (byte[] part = writer.next(); part.length > 0; part = writer.next()) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
