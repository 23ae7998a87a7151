package io.widecast.store;

import io.widecast.model.Holding;
import io.widecast.model.Key;
import java.util.Optional;

/**
 * What readers and operators ask of the store beyond its newest view; sent to {@code Bus.STORE},
 * answered as each says, or refused (see {@link StoreMessages#refusal}). A store in format 1
 * refuses all but {@link Figures} with {@code NOT_IMPLEMENTED}.
 */
public sealed interface StoreRequest {

  /**
   * The map as it was at {@code revision}: a {@link HeldView}. {@code COMPACTED} below the horizon
   * (see {@link StoreMessages#compacted}), {@code BAD_REQUEST} in the future.
   */
  record ViewAt(long revision) implements StoreRequest {}

  /** As {@link ViewAt}, held as it is: a {@link HeldView} that must be released. */
  record HoldAt(long revision) implements StoreRequest {}

  /** A snapshot to read from: a {@link HeldView} that must be released. {@code NOT_FOUND}. */
  record ViewSnapshot(String name) implements StoreRequest {}

  /** The map as it is now, held as it is: a {@link HeldView} that must be released. */
  record ViewNow() implements StoreRequest {}

  /**
   * As {@link ViewNow}, to bring another node's copy on that is as {@code held} says: a {@link
   * CopyView}.
   */
  record ViewToCopy(Holding held) implements StoreRequest {}

  /** Gives back what was held; sent, not asked. */
  record Release(long hold) implements StoreRequest {}

  /**
   * What happened to a key inside the history, the newest first: a {@link KeyHistory}.
   *
   * @param bytesMax no further version once their values have so many bytes
   */
  record History(Key key, int versionsMax, long bytesMax) implements StoreRequest {}

  /** Freezes the map under a name: a {@link SnapshotInfo}. {@code CONFLICT} when it is taken. */
  record TakeSnapshot(String name) implements StoreRequest {}

  /** All snapshots, the newest first, those on their way out too: a {@link SnapshotList}. */
  record ListSnapshots() implements StoreRequest {}

  /** A {@link SnapshotInfo}, also of one on its way out. {@code NOT_FOUND}. */
  record GetSnapshot(String name) implements StoreRequest {}

  /** Has a snapshot deleted, little by little: a {@link SnapshotInfo}. {@code NOT_FOUND}. */
  record DeleteSnapshot(String name) implements StoreRequest {}

  /**
   * The keys that differ between two snapshots: a {@link HeldDiff} that must be released. {@code
   * NOT_FOUND}.
   *
   * @param to empty for the map as it is now
   */
  record Diff(String from, Optional<String> to) implements StoreRequest {}

  /** Ends the history below {@code revision}: a {@link Compacted}. */
  record Compact(long revision) implements StoreRequest {}

  /** A reader met damage: sent, not asked. The store then asks for a copy that mends it. */
  record Damaged(String detail) implements StoreRequest {}

  /** Checks everything: a {@link VerifyReport}. */
  record Verify() implements StoreRequest {}

  /** How the store stands: {@link StoreFigures}. */
  record Figures() implements StoreRequest {}
}
