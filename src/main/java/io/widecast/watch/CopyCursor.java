package io.widecast.watch;

import io.widecast.model.Bytes;
import io.widecast.model.KeyVersion;
import io.widecast.store.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Where an initial copy is: it goes through the keys in byte order, some at a time. */
final class CopyCursor {

  private final Selection selection;
  private final List<Selection.Range> ranges;
  private int range;
  private Bytes from; // the lowest key that was not looked at
  private boolean done;

  CopyCursor(Selection selection) {
    this.selection = selection;
    this.ranges = selection.ranges();
    this.from = ranges.get(0).prefix();
  }

  boolean done() {
    return done;
  }

  /**
   * The next rows of {@code view} that match.
   *
   * @param bytesMax no further row once there are so many
   * @param rowsMax of those looked at; with none among them that matches, nothing comes back
   */
  List<Change> next(View view, int bytesMax, int rowsMax) {
    var changes = new ArrayList<Change>();
    int bytes = 0;
    int rows = 0;
    Iterator<KeyVersion> iterator = view.from(from);
    while (!done && bytes < bytesMax && rows++ < rowsMax) {
      KeyVersion row = iterator.hasNext() ? iterator.next() : null;
      if (row == null || !ranges.get(range).contains(row.key())) {
        nextRange();
        iterator = view.from(from);
      } else {
        from = successor(row.key().bytes());
        if (selection.matches(row.key())) {
          Change change = Change.held(row);
          changes.add(change);
          bytes += change.sizeBytes();
        }
      }
    }
    return changes;
  }

  private void nextRange() {
    range++;
    done = range == ranges.size();
    if (!done) {
      from = ranges.get(range).prefix();
    }
  }

  private static Bytes successor(Bytes key) {
    return Bytes.wrap(Arrays.copyOf(key.unsafeArray(), key.length() + 1));
  }
}
