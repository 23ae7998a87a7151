package io.widecast.store.verify;

import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Value;
import io.widecast.sim.SimDisk;
import io.widecast.store.VerifyReport;
import io.widecast.store.container.Container;
import io.widecast.store.container.ContainerOptions;
import io.widecast.store.segment.Pba;
import io.widecast.store.snapshot.Forest;
import io.widecast.store.snapshot.Head;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.TreeFaults;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A small store with snapshots, for planting faults in. */
final class Planted {

  static final long IDENTITY = 0x0123456789abcdefL;
  private static final ContainerOptions OPTIONS =
      new ContainerOptions(192 << 10, 64 << 20, 1 << 20, 1 << 20, 64 << 10, true);

  SimDisk disk = new SimDisk();
  Container container;
  private final TreeMap<Key, long[]> keys = new TreeMap<>(); // version, createRevision
  private long revision;

  Planted() throws IOException {
    Container.make(disk, IDENTITY);
    open();
  }

  /** Three levels of pages, and two snapshots under the map. */
  static Planted store() throws IOException {
    var store = new Planted();
    store.put(0, 3000, 1);
    store.container.takeSnapshot("one", 1);
    store.put(0, 3000, 7);
    store.container.takeSnapshot("two", 2);
    store.put(0, 900, 11);
    store.container.checkpoint(1);
    return store;
  }

  void open() throws IOException {
    container = Container.open(disk, IDENTITY, OPTIONS, new Metrics());
  }

  /** Puts every {@code step}-th key. */
  void put(int from, int to, int step) {
    var batch = new ArrayList<EncodedEntry>();
    for (int i = from; i < to; i += step) {
      revision++;
      Key key = key(i);
      long[] before = keys.computeIfAbsent(key, any -> new long[] {0, revision});
      var value = new Value(Bytes.utf8("value " + i + " at " + revision), Value.TEXT);
      var pair = new Pair.Put(key, value, ++before[0], before[1], 0);
      batch.add(
          EntryCodec.encode(
              new Entry(
                  1, revision, revision == 1 ? 0 : 1, revision, Optional.empty(), List.of(pair))));
    }
    container.advance(batch, batch.get(batch.size() - 1).entry().token());
  }

  static Key key(int number) {
    return Key.of("a/place/that/takes/" + "a-long-name/".repeat(4) + String.format("%05d", number));
  }

  Pages pages() {
    return container.forest().pages();
  }

  Forest forest() {
    return container.forest();
  }

  Head head() {
    return forest().heads().iterator().next();
  }

  SnapshotRow row(String name) {
    return container.snapshot(name).orElseThrow();
  }

  /** Leaves, or inner pages, of the map that no snapshot has. */
  List<PageRef> own(boolean inner) {
    return TreeFaults.pagesOf(pages(), head().tree().root(), inner).stream()
        .filter(ref -> pages().opSeq(ref.id()) > row("two").snapSeq())
        .toList();
  }

  /** Of an inner page right above the leaves, of the map's own. */
  PageRef parentOfLeaves() {
    return own(true).stream()
        .filter(ref -> pages().inspect(ref, () -> true).level() == 1)
        .findFirst()
        .orElseThrow();
  }

  /** Writes the fault as it is, with sound checksums, and reads the store anew. */
  void persist() throws IOException {
    container.checkpoint(1);
    container.close();
    open();
  }

  /** Flips a bit of the block at {@code pba}. */
  void flip(long pba, int byteInBlock) {
    disk.flip(String.format("seg-%07x", Pba.segment(pba)), Pba.offset(pba) + byteInBlock, 4);
  }

  VerifyReport verify(boolean onDisk) throws IOException {
    return Verifier.run(container, onDisk, 9);
  }

  static Set<String> kinds(VerifyReport report) {
    var kinds = new TreeSet<String>();
    report.alarms().forEach(alarm -> kinds.add(alarm.kind()));
    return kinds;
  }
}
