package io.widecast.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB as it comes, with a forced write-ahead log. */
final class RocksEngine implements StoreEngine {

  private final Map<String, Snapshot> snapshots = new HashMap<>();
  private Options options;
  private WriteOptions sync;
  private RocksDB db;

  @Override
  public String name() {
    return "RocksDB";
  }

  @Override
  public void open(Path directory) throws IOException {
    RocksDB.loadLibrary();
    options = new Options().setCreateIfMissing(true);
    sync = new WriteOptions().setSync(true);
    run(() -> db = RocksDB.open(options, directory.toString()));
  }

  private interface Call {
    void run() throws RocksDBException;
  }

  private static void run(Call call) throws IOException {
    try {
      call.run();
    } catch (RocksDBException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void put(List<byte[]> keys, List<byte[]> values) throws IOException {
    try (var batch = new WriteBatch()) {
      run(
          () -> {
            for (int i = 0; i < keys.size(); i++) {
              batch.put(keys.get(i), values.get(i));
            }
            db.write(sync, batch);
          });
    }
  }

  @Override
  public int get(byte[] key) throws IOException {
    try {
      byte[] value = db.get(key);
      return value == null ? -1 : value.length;
    } catch (RocksDBException e) {
      throw new IOException(e);
    }
  }

  @Override
  public long scan() {
    long count = 0;
    try (var read = new ReadOptions();
        RocksIterator rows = db.newIterator(read)) {
      for (rows.seekToFirst(); rows.isValid(); rows.next()) {
        rows.key();
        rows.value();
        count++;
      }
    }
    return count;
  }

  @Override
  public void snapshot(String name) {
    snapshots.put(name, db.getSnapshot());
  }

  @Override
  public void dropSnapshot(String name) {
    db.releaseSnapshot(snapshots.remove(name));
  }

  @Override
  public void settle() throws IOException {
    run(
        () -> {
          try (var flush = new FlushOptions()) {
            db.flush(flush);
          }
          db.compactRange();
        });
  }

  @Override
  public void close() {
    db.close();
    sync.close();
    options.close();
  }
}
