package io.widecast.replication;

import io.widecast.bus.Committed;
import io.widecast.model.Key;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.replication.log.EntryLog;
import java.util.Optional;
import java.util.function.Function;

/**
 * How far a core node's copy has come: what is committed and given out, what the store has applied,
 * whether what was found at the start is decided, and since when it is behind. Committed entries
 * are given out in order, each once (I1.3). Not thread-safe: owned by {@link CoreNode}.
 */
final class Progress {

  private static final long NEVER = CoreNode.NEVER;

  private final long recoveredEnd; // revision: reads wait until everything up to it is decided
  private Function<Key, Optional<Versioned>> map;
  private long applied; // revision of map
  private Token committed; // position of the last entry given out
  private boolean decided; // everything recovered is final or cut
  private long behindSinceNanos = NEVER;

  /**
   * @param applied position of the store's map at the start, which {@code map} reads
   * @param recoveredEnd revision of the last entry that the log holds at the start
   */
  Progress(Token applied, Function<Key, Optional<Versioned>> map, long recoveredEnd) {
    this.recoveredEnd = recoveredEnd;
    this.map = map;
    this.applied = applied.revision();
    this.committed = applied;
    this.decided = recoveredEnd <= applied.revision();
  }

  /** The store's map stands at {@code revision}. */
  void onApplied(Function<Key, Optional<Versioned>> newMap, long revision) {
    map = newMap;
    applied = revision;
  }

  /** A whole copy stands for everything up to {@code position}. */
  void onCopied(Function<Key, Optional<Versioned>> newMap, Token position) {
    onApplied(newMap, position.revision());
    committed = position;
  }

  /** Gives out what is new up to {@code revision}, which is committed and on disk here. */
  Optional<Committed> commit(long revision, EntryLog log) {
    Optional<Committed> news = Optional.empty();
    if (revision > committed.revision()) {
      var entries = log.slice(committed.revision() + 1, revision);
      committed = new Token(log.epochAt(revision), revision);
      news = Optional.of(new Committed(entries, committed));
    }
    decided |= applied >= Math.min(recoveredEnd, log.last().revision());
    return news;
  }

  /** It is level, or has been behind since some time up to now. */
  void note(boolean behind, long nowNanos) {
    if (!behind) {
      behindSinceNanos = NEVER;
    } else if (behindSinceNanos == NEVER) {
      behindSinceNanos = nowNanos;
    }
  }

  /** Position of the last entry given out. */
  Token committed() {
    return committed;
  }

  /** Revision that the store has applied, as of which {@link #map} reads. */
  long applied() {
    return applied;
  }

  Function<Key, Optional<Versioned>> map() {
    return map;
  }

  /** Whether every entry found at the start is applied or cut, so that reads never go back. */
  boolean isDecided() {
    return decided;
  }

  /** How long this copy has been behind, 0 when level. */
  long lagNanos(long nowNanos) {
    return behindSinceNanos == NEVER ? 0 : Math.max(0, nowNanos - behindSinceNanos);
  }
}
