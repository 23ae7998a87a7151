package io.widecast.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * H2's MVStore, committed and forced for each batch. A snapshot is a version that is kept from
 * being overwritten.
 */
final class MvStoreEngine implements StoreEngine {

  private final Map<String, MVStore.TxCounter> snapshots = new HashMap<>();
  private MVStore store;
  private MVMap<String, byte[]> map;

  @Override
  public String name() {
    return "H2 MVStore";
  }

  @Override
  public void open(Path directory) {
    store =
        new MVStore.Builder()
            .fileName(directory.resolve("store.mv").toString())
            .autoCommitDisabled()
            .open();
    map = store.openMap("map");
  }

  /** Keys that its own types order as bytes are ordered. */
  private static String text(byte[] key) {
    return new String(key, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void put(List<byte[]> keys, List<byte[]> values) {
    for (int i = 0; i < keys.size(); i++) {
      map.put(text(keys.get(i)), values.get(i));
    }
    store.commit();
    store.sync();
  }

  @Override
  public int get(byte[] key) {
    byte[] value = map.get(text(key));
    return value == null ? -1 : value.length;
  }

  @Override
  public long scan() {
    long count = 0;
    for (Cursor<String, byte[]> rows = map.cursor(null); rows.hasNext(); rows.next()) {
      rows.getValue();
      count++;
    }
    return count;
  }

  @Override
  public void snapshot(String name) {
    store.commit();
    snapshots.put(name, store.registerVersionUsage());
  }

  @Override
  public void dropSnapshot(String name) {
    store.deregisterVersionUsage(snapshots.remove(name));
  }

  @Override
  public void settle() throws IOException {
    store.commit();
    store.compactFile(10_000);
    store.sync();
  }

  @Override
  public void close() {
    store.close();
  }
}
