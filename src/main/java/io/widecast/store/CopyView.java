package io.widecast.store;

import io.widecast.model.Bytes;
import io.widecast.model.ChangedSince;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.KeyVersion;
import io.widecast.resync.ChangedRows;
import java.util.Optional;

/**
 * A view that was asked for to bring another node's copy on.
 *
 * @param hold to be given back with {@link StoreRequest.Release}; 0 for nothing
 * @param held what that copy is
 * @param changed of it, up to the view; empty where only a whole copy helps
 */
public record CopyView(View view, long hold, Holding held, Optional<ChangedSince> changed) {

  /** What goes over of what {@code filter} accepts. */
  public ChangedRows rows(Filter filter) {
    return changed
        .map(known -> ChangedRows.since(held, known, view.states(), this::withValue, filter))
        .orElseGet(() -> ChangedRows.whole(view.from(Bytes.EMPTY), filter));
  }

  private KeyVersion withValue(KeyVersion row) {
    return new KeyVersion(row.key(), view.find(row.key()).orElseThrow());
  }
}
