package io.widecast.model;

import java.util.List;

/**
 * What a copy that is as some {@link Holding} says must be told, besides the rows that are newer,
 * to be brought to another's position.
 *
 * @param gone for each stretch of the holding the buckets in which something may be gone: whoever
 *     brings it on names the keys that are still there in them, and what is not named is gone
 * @param epochs where each epoch began since the oldest stretch, by rising revision
 */
public record ChangedSince(List<BucketSet> gone, List<Token> epochs) {

  /** No history that is told has had more masters. */
  public static final int EPOCHS_MAX = 4_096;

  public ChangedSince {
    gone = List.copyOf(gone);
    epochs = List.copyOf(epochs);
    if (gone.isEmpty() || gone.size() > Holding.STRETCHES_MAX || epochs.size() > EPOCHS_MAX) {
      throw new IllegalArgumentException(gone.size() + " stretches, " + epochs.size() + " epochs");
    }
  }
}
