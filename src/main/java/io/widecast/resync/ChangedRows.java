package io.widecast.resync;

import io.widecast.model.BucketSet;
import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Holding.Stretch;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Sending half of a transfer: goes over a map by rising key and picks what brings a copy on that is
 * as a {@link Holding} says. Of a stretch that stood at some position: the rows written since, and
 * in buckets where something may be gone the keys of the others, so that the taker sees what is not
 * there any more.
 *
 * <p>The map must not change meanwhile. Costs a look at each row of it.
 */
public final class ChangedRows {

  private static final int LOOKS_MAX = 65_536; // rows looked at for one piece

  private final Iterator<KeyVersion> rows;
  private final UnaryOperator<KeyVersion> withValue;
  private final Filter filter;
  private final List<Stretch> stretches;
  private final List<BucketSet> gone;
  private int stretch; // that the last row belonged to

  private ChangedRows(
      Iterator<KeyVersion> rows,
      UnaryOperator<KeyVersion> withValue,
      Filter filter,
      List<Stretch> stretches,
      List<BucketSet> gone) {
    this.rows = rows;
    this.withValue = withValue;
    this.filter = filter;
    this.stretches = stretches;
    this.gone = gone;
  }

  /** All of a map. */
  public static ChangedRows whole(Iterator<KeyVersion> rows, Filter filter) {
    return new ChangedRows(
        rows,
        UnaryOperator.identity(),
        filter,
        Holding.NOTHING.stretches(),
        List.of(BucketSet.NONE));
  }

  /**
   * What has changed.
   *
   * @param states all rows of the map by rising key; their values do not count
   * @param withValue gives one of them its value
   */
  public static ChangedRows since(
      Holding held,
      ChangedSince changed,
      Iterator<KeyVersion> states,
      UnaryOperator<KeyVersion> withValue,
      Filter filter) {
    return new ChangedRows(states, withValue, filter, held.stretches(), changed.gone());
  }

  /**
   * Looks at some more rows.
   *
   * @param bytesMax of what is picked, after which no more is
   * @return empty when none that the filter accepts is left to look at
   */
  public Optional<CopyPiece> next(int bytesMax) {
    var picked = new ArrayList<KeyVersion>();
    var kept = new ArrayList<Key>();
    long bytes = 0;
    Key last = null;
    for (int looks = 0;
        (looks < LOOKS_MAX || last == null) && bytes < bytesMax && rows.hasNext();
        looks++) {
      KeyVersion row = rows.next();
      if (!filter.accepts(row.key())) {
        continue;
      }
      last = row.key();
      while (isBehind(stretches.get(stretch), last)) {
        stretch++;
      }
      if (row.versioned().revision() > stretches.get(stretch).at().revision()) {
        KeyVersion whole = withValue.apply(row);
        picked.add(whole);
        bytes += last.sizeBytes() + whole.versioned().value().bytes().length() + 32;
      } else if (gone.get(stretch).contains(last)) {
        kept.add(last);
        bytes += last.sizeBytes() + 4; // so that no piece has more keys than it may
      }
    }
    return last == null ? Optional.empty() : Optional.of(new CopyPiece(picked, kept, last));
  }

  private static boolean isBehind(Stretch stretch, Key key) {
    return stretch.to().isPresent() && key.compareTo(stretch.to().get()) > 0;
  }
}
