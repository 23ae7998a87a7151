package io.widecast.watch;

import io.widecast.model.Pair;
import io.widecast.model.Versioned;
import io.widecast.store.View;
import java.util.List;
import java.util.Optional;

/**
 * Something that a watch needs to know of a view. It may have to come from disk, so it is found on
 * a worker and not by the watch: {@link #run} on any thread, then {@link Watch#onMap} with what
 * that gave. Two that are equal give the same.
 */
public sealed interface MapRead {

  /** What there is between one place and the next. */
  record Found(CopyCursor.Part part) {}

  View view();

  /** Reads; any thread. */
  Found run();

  /** The next rows of an initial copy. */
  record Copy(View view, Selection selection, CopyCursor.Place place, int bytesMax, int rowsMax)
      implements MapRead {

    @Override
    public Found run() {
      return new Found(new CopyCursor(selection).read(view, place, bytesMax, rowsMax));
    }
  }

  /**
   * Which of these changes are the newest of their keys, one pair in each: an older one must not
   * follow what the copy may have shown already.
   */
  record Current(View view, List<Change> changes) implements MapRead {

    @Override
    public Found run() {
      List<Change> current = changes.stream().filter(this::isCurrent).toList();
      return new Found(CopyCursor.Part.last(current));
    }

    private boolean isCurrent(Change change) {
      Pair pair = change.pairs().get(0);
      Optional<Versioned> held = view.find(pair.key());
      return pair instanceof Pair.Delete
          ? held.isEmpty()
          : held.filter(versioned -> versioned.revision() == change.revision()).isPresent();
    }
  }
}
