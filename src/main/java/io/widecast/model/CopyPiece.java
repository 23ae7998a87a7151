package io.widecast.model;

import java.util.List;

/**
 * What belongs to one range of keys in a transfer of a copy, the ranges by rising key.
 *
 * @param rows those that are new to the taker, by rising key
 * @param kept keys that it has and that are still there, of buckets in which others are gone; by
 *     rising key
 * @param upTo where the range ends, itself included; not below any key of it
 */
public record CopyPiece(List<KeyVersion> rows, List<Key> kept, Key upTo) {

  public static final int ITEMS_MAX = 16_384;

  public CopyPiece {
    rows = List.copyOf(rows);
    kept = List.copyOf(kept);
    if (rows.size() > ITEMS_MAX || kept.size() > ITEMS_MAX) {
      throw new IllegalArgumentException(rows.size() + " rows, " + kept.size() + " kept");
    }
  }

  /** Rows alone, one at least; the range ends with the last of them. */
  public static CopyPiece of(List<KeyVersion> rows) {
    return new CopyPiece(rows, List.of(), rows.get(rows.size() - 1).key());
  }

  /** How many keys it names. */
  public int count() {
    return rows.size() + kept.size();
  }
}
