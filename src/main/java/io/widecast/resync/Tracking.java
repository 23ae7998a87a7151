package io.widecast.resync;

import io.widecast.model.BucketSet;
import io.widecast.model.ChangedSince;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Holding;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.Crc;
import io.widecast.wire.WireException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a copy knows of what is gone from it: for each bucket the revision of its latest delete. So
 * it can say for every position at once in which buckets something was deleted since: a tracking
 * bitmap for any tag, also for an absence that nobody has noticed. What is present needs no bitmap,
 * since each row says itself when it was written.
 *
 * <p>It errs on one side only: a bucket may be told that lost nothing, never the other way. It also
 * knows which epoch each revision was published in, so that a position of another history is not
 * taken for one of this.
 *
 * <p>Costs 512 KiB. Safe on any thread. Source: systems.md S6, decision 0015.
 */
public final class Tracking {

  /** So many changes of masters are remembered; nothing is known below the oldest. */
  static final int RUNS_MAX = ChangedSince.EPOCHS_MAX;

  private static final int VERSION = 1;

  /** Each bucket with its number and its revision, and as many runs as there may be. */
  public static final int BYTES_MAX = 64 + BucketSet.BUCKETS * 12 + RUNS_MAX * 18;

  private final long[] deleted = new long[BucketSet.BUCKETS];
  private final TreeMap<Long, Long> epochs = new TreeMap<>(); // first revision of each run
  private long floor; // what was deleted up to here is not known
  private long last; // everything up to here is known

  /** Of a copy at {@code at} of which nothing before is known; of an empty one all is known. */
  public Tracking(Token at) {
    reset(at);
  }

  /** Committed entries are about to be applied, and lead to {@code upTo}. */
  public synchronized void onApplied(List<EncodedEntry> entries, Token upTo) {
    for (EncodedEntry entry : entries) {
      Token token = entry.entry().token();
      run(token);
      for (Pair pair : entry.entry().pairs()) {
        if (pair instanceof Pair.Delete) {
          int bucket = BucketSet.bucketOf(pair.key());
          deleted[bucket] = Math.max(deleted[bucket], token.revision());
        }
      }
    }
    run(upTo);
    last = Math.max(last, upTo.revision());
  }

  /**
   * The copy is about to be brought to {@code at} by what another one says has {@code changed}:
   * what that one knows of deletes, this one then knows too. So it can bring others on that were
   * left behind at any position since it was left behind itself, and before.
   */
  public synchronized void onBrought(Token at, ChangedSince changed) {
    for (BucketSet set : changed.gone()) {
      for (int bucket = set.next(0); bucket >= 0; bucket = set.next(bucket + 1)) {
        deleted[bucket] = Math.max(deleted[bucket], at.revision());
      }
    }
    changed.epochs().forEach(this::run);
    run(at);
    last = Math.max(last, at.revision());
  }

  /** A whole copy as of {@code at} is about to take the place of everything. */
  public synchronized void reset(Token at) {
    floor = at.revision();
    last = at.revision();
    epochs.clear();
    epochs.put(at.revision(), at.epoch());
    Arrays.fill(deleted, floor);
  }

  private void run(Token token) {
    Map.Entry<Long, Long> before = epochs.floorEntry(token.revision());
    if (before == null || before.getValue() < token.epoch()) {
      epochs.put(token.revision(), token.epoch());
      if (epochs.size() > RUNS_MAX) {
        epochs.pollFirstEntry();
        floor = Math.max(floor, epochs.firstKey());
      }
    }
  }

  /**
   * In which buckets something may be gone since each stretch of {@code held}: all that it takes to
   * bring such a copy to {@code at} besides the rows that are newer. Empty when that cannot be
   * said, and only a whole copy helps.
   *
   * @param at a position of this copy
   */
  public synchronized Optional<ChangedSince> changedSince(Holding held, Token at) {
    if (held.isNothing() || at.revision() > last) {
      return Optional.empty();
    }
    var sets = new ArrayList<BucketSet>();
    long oldest = at.revision();
    for (Holding.Stretch stretch : held.stretches()) {
      Token since = stretch.at();
      if (since.revision() == 0) {
        sets.add(BucketSet.NONE); // nothing is held there, so nothing can be gone
      } else if (since.compareTo(at) > 0 || !isKnown(since)) {
        return Optional.empty();
      } else {
        sets.add(BucketSet.of(bucket -> deleted[bucket] > since.revision()));
        oldest = Math.min(oldest, since.revision());
      }
    }
    var runs = new ArrayList<Token>();
    epochs
        .subMap(oldest, false, Math.max(oldest, at.revision()), true)
        .forEach((first, epoch) -> runs.add(new Token(epoch, first)));
    return Optional.of(new ChangedSince(sets, runs));
  }

  /** Whether {@code position} is one of this history, and what came since is known. */
  private boolean isKnown(Token position) {
    Map.Entry<Long, Long> run = epochs.floorEntry(position.revision());
    return position.revision() >= floor && run != null && run.getValue() == position.epoch();
  }

  // ---- in a file

  /**
   *
   *
   * <pre>
   * 1        version
   * varint   floor, last
   * varint   runs; of each: first revision, epoch
   * varint   buckets with a delete above the floor; of each, by rising number: number less that of
   *          the one before, revision less the floor
   * 4        CRC, seeded with the store's identity
   * </pre>
   */
  public synchronized byte[] encode(long identity) {
    var out = new ByteWriter(4_096);
    out.u8(VERSION).varint(floor).varint(last).varint(epochs.size());
    epochs.forEach((first, epoch) -> out.varint(first).varint(epoch));
    out.varint(Arrays.stream(deleted).filter(revision -> revision > floor).count());
    int before = 0;
    for (int bucket = 0; bucket < deleted.length; bucket++) {
      if (deleted[bucket] > floor) {
        out.varint(bucket - before).varint(deleted[bucket] - floor);
        before = bucket;
      }
    }
    return out.u32(out.crcFrom(0, identity)).toArray();
  }

  /**
   * What {@link #encode} has written, for a copy that is at {@code at} now; one that knows nothing
   * when {@code bytes} are not that, or do not reach as far.
   */
  public static Tracking decode(byte[] bytes, long identity, Token at) {
    var tracking = new Tracking(at);
    try {
      int end = bytes.length - 4;
      if (end < 0 || new ByteReader(bytes, end, 4).u32() != Crc.of(identity, bytes, 0, end)) {
        return tracking;
      }
      tracking.read(new ByteReader(bytes, 0, end), at);
      return tracking;
    } catch (WireException e) {
      return new Tracking(at);
    }
  }

  private void read(ByteReader in, Token at) throws WireException {
    int version = in.u8();
    long readFloor = in.varint();
    long readLast = in.varint();
    if (version != VERSION || readLast < at.revision()) {
      return;
    }
    var readEpochs = new TreeMap<Long, Long>();
    for (int i = in.count(RUNS_MAX); i > 0; i--) {
      readEpochs.put(in.varint(), in.varint());
    }
    floor = readFloor;
    last = readLast;
    epochs.clear();
    epochs.putAll(readEpochs);
    Arrays.fill(deleted, floor);
    int bucket = 0;
    for (int i = in.count(BucketSet.BUCKETS); i > 0; i--) {
      bucket += in.count(BucketSet.BUCKETS - 1);
      if (bucket >= BucketSet.BUCKETS) {
        throw new WireException("bucket " + bucket);
      }
      deleted[bucket] = floor + in.varint();
    }
    run(at);
  }
}
