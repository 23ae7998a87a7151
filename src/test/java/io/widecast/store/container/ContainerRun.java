package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.sim.SimDisk;
import io.widecast.store.View;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.verify.Verifier;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A container on a simulated disk under random work, beside a sorted map for each snapshot and for
 * each revision. The log of entries that a real store has beside it is a list here that never
 * forgets.
 */
public final class ContainerRun {

  public static final long IDENTITY = 77;
  private static final int KEYS = 400;

  private final SplittableRandom random;
  private final SplittableRandom verifyRandom; // its own, so that it leaves the other draws alone
  private Verifier verifier; // of a verification beside the work; null while there is none
  private final ContainerOptions options;
  private final boolean largeValues;
  private final int keySpace;
  final List<EncodedEntry> log = new ArrayList<>();
  final TreeMap<Long, Model> byRevision = new TreeMap<>();
  final TreeMap<String, Model> snapshots = new TreeMap<>();
  public SimDisk disk = new SimDisk();
  public Container container;
  Model model = new Model();
  private final TreeMap<String, Model> taking = new TreeMap<>(); // asked for, not acknowledged
  private final TreeSet<String> deleting = new TreeSet<>(); // likewise
  private long epoch = 1;
  private int names;

  public ContainerRun(long seed, boolean history) throws IOException {
    random = new SplittableRandom(seed);
    verifyRandom = new SplittableRandom(~seed);
    long cache = random.nextBoolean() ? 16 << 10 : 1 << 20;
    options = new ContainerOptions(128 << 10, cache, cache, 64 << 10, 2 << 10, history);
    largeValues = random.nextInt(4) == 0;
    keySpace = random.nextInt(3) == 0 ? 30 : KEYS * (1 + random.nextInt(8));
    Container.make(disk, IDENTITY);
    open();
  }

  public void open() throws IOException {
    container = Container.open(disk, IDENTITY, options, new Metrics());
    verifier = null;
  }

  // ---- work

  public void step() throws IOException {
    verifySome();
    int dice = random.nextInt(100);
    if (dice < 60) {
      publish(1 + random.nextInt(20));
    } else if (dice < 64) {
      snapshot();
    } else if (dice < 67) {
      deleteSnapshot();
    } else if (dice < 84) {
      deleteSteps(1 + random.nextInt(30));
    } else if (dice < 90) {
      for (int i = random.nextInt(5); i >= 0; i--) {
        container.cleanStep();
      }
    } else if (dice < 93) {
      checkpoint();
    } else if (dice < 97) {
      compact();
    } else if (dice < 98) {
      if (random.nextInt(4) == 0) {
        copy();
      }
    } else {
      checkSome();
    }
  }

  public void publish(int entries) {
    var batch = new ArrayList<EncodedEntry>();
    Token last = model.token;
    for (int i = 0; i < entries; i++) {
      epoch += random.nextInt(50) == 0 ? 1 : 0;
      EncodedEntry entry = EntryCodec.encode(entry(model.token.revision() + 1));
      model.apply(entry.entry());
      log.add(entry);
      batch.add(entry);
      last = entry.entry().token();
      byRevision.put(last.revision(), i == entries - 1 ? model.copy() : null);
    }
    container.advance(batch, last);
  }

  private Entry entry(long revision) {
    int pairs = 1 + random.nextInt(random.nextInt(10) == 0 ? 40 : 3);
    var changes = new TreeMap<Key, Pair>();
    for (int i = 0; i < pairs; i++) {
      Key key = key();
      Versioned before = model.rows.get(key);
      if (random.nextInt(4) == 0) {
        changes.put(key, new Pair.Delete(key, random.nextBoolean()));
      } else {
        changes.put(
            key,
            new Pair.Put(
                key,
                value(),
                before == null ? 1 : before.version() + 1,
                before == null ? revision : before.createRevision(),
                random.nextInt(5) == 0 ? 1 + random.nextInt(1000) : 0));
      }
    }
    long prevEpoch = model.token.epoch();
    return new Entry(
        epoch, revision, prevEpoch, revision, Optional.empty(), List.copyOf(changes.values()));
  }

  private Key key() {
    int number = random.nextInt(keySpace);
    String text = "k" + number * 7919 % keySpace;
    if (number % 50 == 0) {
      text += "/" + "x".repeat(number % 7 * 150);
    }
    return Key.of(text);
  }

  private Value value() {
    int kind = random.nextInt(20);
    int length = kind == 0 ? 0 : kind < 18 ? random.nextInt(200) : random.nextInt(3000);
    if (largeValues && random.nextInt(30) == 0) {
      length = random.nextInt(300_000);
    }
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    String[] types = {Value.JSON, Value.TEXT, Value.OCTETS, "image/x-" + random.nextInt(9)};
    return new Value(Bytes.wrap(bytes), types[random.nextInt(4)]);
  }

  public void snapshot() throws IOException {
    if (snapshots.size() < 12) {
      String name = "s" + names++;
      taking.put(name, model.copy());
      container.takeSnapshot(name, names);
      snapshots.put(name, taking.remove(name));
    }
  }

  public void deleteSnapshot() throws IOException {
    if (!snapshots.isEmpty()) {
      var list = new ArrayList<>(snapshots.keySet());
      String name = list.get(random.nextInt(list.size()));
      deleting.add(name);
      container.deleteSnapshot(name);
      deleting.remove(name);
      snapshots.remove(name);
    }
  }

  public void deleteSteps(int max) {
    for (int i = 0; i < max && container.deleteStep(); i++) {
      // a bounded piece each
    }
  }

  public void checkpoint() throws IOException {
    container.checkpoint(1);
  }

  void compact() throws IOException {
    if (model.token.revision() > container.horizon().revision()) {
      long from = container.horizon().revision() + 1;
      long to = from + random.nextLong(model.token.revision() - from + 1);
      if (random.nextBoolean()) {
        container.compact(to);
      }
    }
    prune();
  }

  void prune() {
    int from = (int) container.pruned().revision();
    int to = (int) Math.min(container.horizon().revision(), from + 30);
    if (to > from) {
      Entry last = log.get(to - 1).entry();
      var pruning =
          random.nextInt(4) > 0
              ? Pruning.of(log.subList(from, to), last.token())
              : Pruning.ofAll(last.token());
      while (container.pruneStep(pruning)) {
        // to the end
      }
    }
  }

  /** Another node's map, a little ahead of this one, takes the place of this one's. */
  void copy() throws IOException {
    for (int i = 1 + random.nextInt(10); i > 0; i--) {
      EncodedEntry entry = EntryCodec.encode(entry(model.token.revision() + 1));
      model.apply(entry.entry());
      log.add(entry);
      byRevision.put(model.token.revision(), model.copy());
    }
    container.beginCopy(model.token);
    var part = new ArrayList<KeyVersion>();
    for (Map.Entry<Key, Versioned> row : model.rows.entrySet()) {
      part.add(new KeyVersion(row.getKey(), row.getValue()));
      if (part.size() == 50) {
        container.addCopy(part);
        part.clear();
        if (random.nextInt(3) == 0) {
          container.deleteStep();
        }
      }
    }
    container.addCopy(part);
    container.endCopy();
    container.checkpoint(1);
  }

  /** The power goes at the {@code change}-th change of the disk from now, or before. */
  void crash(Runnable work, long change) throws IOException {
    disk.cutPowerAtChange(change);
    try {
      work.run();
    } catch (SimDisk.PowerCut cut) {
      // as it was meant
    }
    disk = disk.crash(random);
    open();
  }

  /** What a start does: the log behind the checkpoint. */
  public void replay() {
    int from = (int) container.token().revision();
    while (from < log.size()) {
      int to = Math.min(log.size(), from + 1 + random.nextInt(30));
      List<EncodedEntry> part = log.subList(from, to);
      container.advance(part, part.get(part.size() - 1).entry().token());
      from = to;
    }
  }

  /** What was asked for and not acknowledged may have happened, or not. */
  void settleDoubts() {
    taking.forEach(
        (name, then) -> {
          if (container.snapshot(name).isPresent()) {
            snapshots.put(name, then);
          }
        });
    deleting.removeIf(name -> container.snapshot(name).isPresent());
    deleting.forEach(snapshots::remove);
    taking.clear();
    deleting.clear();
  }

  // ---- checks

  void checkSome() {
    check(model, container.view(), model.rows.size());
    for (var snapshot : snapshots.entrySet()) {
      if (random.nextInt(3) == 0) {
        checkSnapshot(snapshot.getKey(), snapshot.getValue());
      }
    }
    checkHistory();
  }

  /** I4.1 beside the work: some steps of a verification, and now and then all of one. */
  private void verifySome() throws IOException {
    int dice = verifyRandom.nextInt(40);
    if (dice == 0) {
      verify();
    } else if (verifier == null && dice < 4) {
      verifier = new Verifier(container, verifyRandom.nextBoolean(), 1);
    }
    for (int i = verifyRandom.nextInt(60); verifier != null && i > 0; i--) {
      if (!verifier.step()) {
        assertThat(verifier.report().alarms()).isEmpty();
        verifier = null;
      }
    }
  }

  /** I4.1: no alarm on any state that correct operations reach. */
  public void verify() throws IOException {
    boolean onDisk = verifyRandom.nextBoolean();
    assertThat(Verifier.run(container, onDisk, 1).alarms()).isEmpty();
  }

  public void checkAll() throws IOException {
    verify();
    check(model, container.view(), model.rows.size());
    assertThat(container.view().size()).isEqualTo(model.rows.size());
    assertThat(container.view().contentBytes()).isEqualTo(model.contentBytes());
    snapshots.forEach(this::checkSnapshot);
    assertThat(
            container.forest().rows().stream()
                .filter(row -> row.state() == SnapshotRow.State.LIVE && !row.name().isEmpty())
                .map(SnapshotRow::name))
        .containsExactlyInAnyOrderElementsOf(snapshots.keySet());
    checkHistory();
    Oracle.check(container);
  }

  private void checkSnapshot(String name, Model expected) {
    try (SnapshotView view = container.pin(name)) {
      check(expected, view, expected.rows.size());
      assertThat(view.size()).isEqualTo(expected.rows.size());
      assertThat(view.contentBytes()).isEqualTo(expected.contentBytes());
    }
  }

  private void checkHistory() {
    var inside =
        byRevision.tailMap(Math.max(1, container.horizon().revision()), true).values().stream()
            .filter(past -> past != null)
            .toList();
    if (!inside.isEmpty()) {
      Model past = inside.get(random.nextInt(inside.size()));
      check(past, container.viewAt(past.token.revision()), past.rows.size());
    }
  }

  private void check(Model expected, View view, int size) {
    assertThat(view.token()).isEqualTo(expected.token);
    Iterator<KeyVersion> found = view.from(Bytes.EMPTY);
    for (Map.Entry<Key, Versioned> row : expected.rows.entrySet()) {
      assertThat(found.hasNext()).as("row %s", row.getKey()).isTrue();
      KeyVersion next = found.next();
      assertThat(next.key()).isEqualTo(row.getKey());
      assertThat(next.versioned()).as("%s", row.getKey()).isEqualTo(row.getValue());
    }
    assertThat(found.hasNext()).isFalse();
    for (int i = 0; i < 10; i++) {
      Key key = key();
      assertThat(view.find(key)).isEqualTo(Optional.ofNullable(expected.rows.get(key)));
    }
  }
}
