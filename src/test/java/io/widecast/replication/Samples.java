package io.widecast.replication;

import io.widecast.model.AckLevel;
import io.widecast.model.Bytes;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.PublishRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.replication.log.EntryLog;
import io.widecast.wire.EntryCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Entries, logs and requests as the tests of replication need them. */
public final class Samples {

  public static final long TIME_MILLIS = 1_800_000_000_000L;

  private Samples() {}

  /** The entry {@code epoch.revision} after one of {@code prevEpoch}, which puts {@code key}. */
  public static EncodedEntry entry(long epoch, long revision, long prevEpoch, String key) {
    return entry(epoch, revision, prevEpoch, key, 10);
  }

  public static EncodedEntry entry(
      long epoch, long revision, long prevEpoch, String key, int valueBytes) {
    var value = new Value(Bytes.wrap(new byte[valueBytes]), Value.OCTETS);
    List<Pair> pairs = List.of(new Pair.Put(Key.of(key), value, 1, revision, 0));
    return EntryCodec.encode(
        new Entry(epoch, revision, prevEpoch, TIME_MILLIS, Optional.empty(), pairs));
  }

  /** An entry in the middle of epoch 1; the first of all follows epoch 0. */
  public static EncodedEntry entry(long revision) {
    return entry(1, revision, revision == 1 ? 0 : 1, "k" + revision);
  }

  /** Entries {@code first..last} of epoch 1. */
  public static List<EncodedEntry> entries(long first, long last) {
    var entries = new ArrayList<EncodedEntry>();
    for (long revision = first; revision <= last; revision++) {
      entries.add(entry(revision));
    }
    return entries;
  }

  /** A log of epoch 1 that holds {@code 1..last}. */
  public static EntryLog log(long last) {
    var log = new EntryLog(Token.NONE);
    entries(1, last).forEach(log::append);
    return log;
  }

  public static PublishRequest put(String key, AckLevel level) {
    return put(key, 10, level);
  }

  public static PublishRequest put(String key, int valueBytes, AckLevel level) {
    return new PublishRequest(
        List.of(draft(key, valueBytes)), List.of(), Optional.empty(), level, 5_000);
  }

  public static PublishRequest putIf(String key, Compare compare) {
    return new PublishRequest(
        List.of(draft(key, 1)), List.of(compare), Optional.empty(), AckLevel.DURABLE, 5_000);
  }

  public static PublishRequest named(String key, RequestId id, AckLevel level) {
    return new PublishRequest(List.of(draft(key, 1)), List.of(), Optional.of(id), level, 5_000);
  }

  private static Draft draft(String key, int valueBytes) {
    var value = new Value(Bytes.wrap(new byte[valueBytes]), Value.OCTETS);
    return new Draft.Put(Key.of(key), value, 0);
  }
}
