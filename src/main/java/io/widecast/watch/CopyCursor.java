package io.widecast.watch;

import io.widecast.model.Bytes;
import io.widecast.model.KeyVersion;
import io.widecast.store.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Goes through the keys of a selection in byte order, some at a time. */
final class CopyCursor {

  /**
   * Where a copy is: {@code from} is the lowest key that was not looked at.
   *
   * @param range index of the selection's range that it is in
   */
  record Place(int range, Bytes from) {}

  /**
   * The rows that match between one place and the next.
   *
   * @param frame absent when none did
   * @param rest absent at the end
   */
  record Part(Optional<Frame.Events> frame, Optional<Place> rest) {

    /** Of {@code changes}, with nothing behind them. */
    static Part last(List<Change> changes) {
      return new Part(frame(changes), Optional.empty());
    }

    private static Optional<Frame.Events> frame(List<Change> changes) {
      return changes.isEmpty()
          ? Optional.empty()
          : Optional.of(new Frame.Events(changes, Optional.empty(), 0));
    }

    int sizeBytes() {
      return frame.map(rows -> rows.changes().stream().mapToInt(Change::sizeBytes).sum()).orElse(0);
    }
  }

  private final Selection selection;
  private final List<Selection.Range> ranges;

  CopyCursor(Selection selection) {
    this.selection = selection;
    this.ranges = selection.ranges();
  }

  Place start() {
    return new Place(0, ranges.get(0).prefix());
  }

  /**
   * The part of {@code view} that begins at {@code place}.
   *
   * @param bytesMax no further row once there are so many
   * @param rowsMax of those looked at
   */
  Part read(View view, Place place, int bytesMax, int rowsMax) {
    var changes = new ArrayList<Change>();
    int bytes = 0;
    int rows = 0;
    int range = place.range();
    Bytes from = place.from();
    Iterator<KeyVersion> iterator = view.from(from, ranges.get(range).prefix());
    while (range < ranges.size() && bytes < bytesMax && rows++ < rowsMax) {
      KeyVersion row = iterator.hasNext() ? iterator.next() : null;
      if (row == null || !ranges.get(range).contains(row.key())) {
        range++;
        if (range < ranges.size()) {
          from = ranges.get(range).prefix();
          iterator = view.from(from, from);
        }
      } else {
        from = successor(row.key().bytes());
        if (selection.matches(row.key())) {
          Change change = Change.held(row);
          changes.add(change);
          bytes += change.sizeBytes();
        }
      }
    }
    return new Part(
        Part.frame(changes),
        range < ranges.size() ? Optional.of(new Place(range, from)) : Optional.empty());
  }

  private static Bytes successor(Bytes key) {
    return Bytes.wrap(Arrays.copyOf(key.unsafeArray(), key.length() + 1));
  }
}
