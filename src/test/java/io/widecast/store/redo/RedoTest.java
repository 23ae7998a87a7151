package io.widecast.store.redo;

import static io.widecast.store.GoldenBytes.assertGolden;
import static io.widecast.store.Samples.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Bytes;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.sim.SimDisk;
import io.widecast.store.log.StoreException;
import io.widecast.store.redo.RedoObject.Kind;
import io.widecast.wire.WireException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RedoTest {

  private static final long IDENTITY = 0x0123456789abcdefL;

  private final SimDisk disk = new SimDisk();

  private static List<byte[]> goldenRows() {
    return List.of(
        Row.of(row("a", "1", 3, 7)),
        Row.tombstone(Key.of("b"), new Token(3, 8)),
        Row.of(
            new KeyVersion(
                Key.of("c"),
                new Versioned(
                    new Value(Bytes.utf8("{}"), "a/b"), new Token(3, 300), 200, 5, 1000))));
  }

  private RedoObject writeGolden() throws IOException {
    return RedoWriter.write(disk, IDENTITY, 2, 1, new Token(3, 300), goldenRows().iterator());
  }

  @Test
  void writesAndReadsTheGoldenObject() throws Exception {
    RedoObject written = writeGolden();

    assertThat(written).isEqualTo(new RedoObject(2, 1, Kind.DELTA, new Token(3, 300), 3, 128));
    assertGolden("redo-object.hex", disk.bytes(written.fileName()));
    assertThat(read(disk, written)).containsExactlyElementsOf(goldenRows());
  }

  @Test
  void writesAndReadsTheGoldenManifest() throws Exception {
    var root = new RedoObject(1, 0, Kind.ROOT, new Token(2, 5), 10, 400);
    var delta = new RedoObject(2, 1, Kind.DELTA, new Token(3, 300), 3, 128);
    var manifest = new Manifest(4, 3, List.of(root, delta));

    manifest.write(disk, IDENTITY);

    assertGolden("manifest.hex", disk.bytes(Manifest.FILE));
    assertThat(Manifest.read(disk, IDENTITY)).isEqualTo(manifest);
    assertThatThrownBy(() -> Manifest.read(disk, 1)).hasMessageContaining("another directory");
  }

  @Test
  void everyCutAndEveryFlipOfAnObjectIsRefused() throws Exception {
    RedoObject written = writeGolden();
    byte[] whole = disk.bytes(written.fileName());

    for (int length = 0; length < whole.length; length++) {
      assertRefused(written, Arrays.copyOf(whole, length));
      var shorter = new RedoObject(2, 1, Kind.DELTA, written.position(), written.rows(), length);
      assertRefused(shorter, Arrays.copyOf(whole, length)); // also when the manifest agrees
    }
    assertRefused(written, Arrays.copyOf(whole, whole.length + 1));
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(written, flipped);
    }
  }

  @Test
  void everyCutAndEveryFlipOfAManifestIsRefused() throws Exception {
    Manifest.INITIAL.with(writeGoldenRoot(), 1).write(disk, IDENTITY);
    byte[] whole = disk.bytes(Manifest.FILE);

    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      disk.put(Manifest.FILE, flipped);
      assertThatThrownBy(() -> Manifest.read(disk, IDENTITY)).isInstanceOf(StoreException.class);
      disk.put(Manifest.FILE, Arrays.copyOf(whole, bit / 8));
      assertThatThrownBy(() -> Manifest.read(disk, IDENTITY)).isInstanceOf(StoreException.class);
    }
    disk.delete(Manifest.FILE);
    assertThatThrownBy(() -> Manifest.read(disk, IDENTITY)).hasMessageContaining("is missing");
  }

  private RedoObject writeGoldenRoot() throws IOException {
    return RedoWriter.write(
        disk, IDENTITY, 1, 0, new Token(1, 7), List.of(Row.of(row("a", "1", 1, 7))).iterator());
  }

  @Test
  void anObjectOfAnotherDirectoryOrNumberIsRefused() throws Exception {
    RedoObject written = writeGolden();
    byte[] whole = disk.bytes(written.fileName());
    var other = new RedoObject(3, 1, Kind.DELTA, written.position(), 3, whole.length);
    disk.put(other.fileName(), whole);

    assertThatThrownBy(() -> read(disk, other)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> RedoReader.read(disk, IDENTITY + 1, written, row -> {}))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void objectsOfManyBlocksKeepEveryRow() throws Exception {
    var rows = new ArrayList<byte[]>();
    for (int i = 0; i < 3000; i++) {
      int size = i % 1000 == 999 ? 1 << 20 : i % 100;
      rows.add(Row.of(row(String.format("key-%05d", i), "v".repeat(size), 1, 1 + i)));
    }

    RedoObject written =
        RedoWriter.write(disk, IDENTITY, 1, 0, new Token(1, 3000), rows.iterator());

    assertThat(written.rows()).isEqualTo(3000);
    assertThat(read(disk, written)).containsExactlyElementsOf(rows);
    RedoObject empty =
        RedoWriter.write(disk, IDENTITY, 2, 0, Token.NONE, Stream.<byte[]>empty().iterator());
    assertThat(read(disk, empty)).isEmpty();
  }

  @Test
  void keysThatDoNotRiseAreOurMistake() {
    Iterator<byte[]> rows =
        List.of(Row.of(row("b", "1", 1, 1)), Row.of(row("a", "1", 1, 1))).iterator();

    assertThatThrownBy(() -> RedoWriter.write(disk, IDENTITY, 1, 0, new Token(1, 1), rows))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theChainIsFoldedWhenItIsLongOrOutweighsItsRoot() {
    Manifest chain = Manifest.INITIAL;
    assertThat(chain.nextParent()).isZero();
    chain = chain.with(new RedoObject(1, 0, Kind.ROOT, new Token(1, 1), 1, 1000), 1);
    for (int id = 2; id <= 9; id++) {
      assertThat(chain.nextParent()).isEqualTo(id - 1);
      chain = chain.with(new RedoObject(id, id - 1, Kind.DELTA, new Token(1, id), 1, 50), id);
    }
    assertThat(chain.nextParent()).isZero(); // eight deltas
    chain = chain.with(new RedoObject(10, 0, Kind.ROOT, new Token(1, 10), 1, 1000), 10);
    assertThat(chain.chain()).hasSize(1);
    chain = chain.with(new RedoObject(11, 10, Kind.DELTA, new Token(1, 11), 1, 501), 11);
    assertThat(chain.nextParent()).isZero(); // over half of the root
  }

  @Test
  void aRowIsDecodedAsItWasAndAnyOtherBytesAreRefused() throws Exception {
    var random = new SplittableRandom(1);
    for (byte[] row : goldenRows()) {
      Row.check(row);
      for (int length = 0; length < row.length; length++) {
        byte[] cut = Arrays.copyOf(row, length);
        assertThatThrownBy(() -> Row.check(cut)).isInstanceOf(WireException.class);
      }
      for (int i = 0; i < 20_000; i++) {
        byte[] wild = row.clone();
        for (int j = random.nextInt(3); j >= 0; j--) {
          wild[random.nextInt(wild.length)] = (byte) random.nextInt();
        }
        checkOrRefuse(wild);
      }
    }
    KeyVersion last = Row.decode(goldenRows().get(2));
    assertThat(Row.of(last)).isEqualTo(goldenRows().get(2));
    assertThat(Row.revision(goldenRows().get(2))).isEqualTo(300);
    assertThat(Row.contentBytes(goldenRows().get(2))).isEqualTo(3);
    assertThat(Row.isTombstone(goldenRows().get(1))).isTrue();
  }

  /** What passes the check can be decoded. */
  private static void checkOrRefuse(byte[] bytes) {
    try {
      Row.check(bytes);
    } catch (WireException refused) {
      return;
    }
    if (!Row.isTombstone(bytes)) {
      Row.decode(bytes);
    }
    Row.revision(bytes);
  }

  private void assertRefused(RedoObject object, byte[] content) {
    disk.put(object.fileName(), content);
    assertThatThrownBy(() -> read(disk, object))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(object.fileName());
  }

  private static List<byte[]> read(SimDisk disk, RedoObject object) throws IOException {
    var rows = new ArrayList<byte[]>();
    RedoReader.read(disk, IDENTITY, object, rows::add);
    return rows;
  }
}
