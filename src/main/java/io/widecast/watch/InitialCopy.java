package io.widecast.watch;

import io.widecast.model.Token;
import io.widecast.store.View;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The initial copy of one watch. It shows the view that it began with for as long as the recent
 * entries reach back to that; whoever takes longer reads on from newer views, so that no old one is
 * kept alive, and has to be given what changed since the copy began.
 */
final class InitialCopy {

  private final WatchHub hub;
  private final Selection selection;
  private final CopyCursor cursor;
  private final Token from;
  private Optional<View> pinned;
  private Optional<CopyCursor.Place> place;

  InitialCopy(WatchHub hub, Selection selection) {
    this.hub = hub;
    this.selection = selection;
    this.cursor = new CopyCursor(selection);
    this.from = hub.position();
    this.pinned = Optional.of(hub.view());
    this.place = Optional.of(cursor.start());
  }

  /** Position of the view that it began with. */
  Token from() {
    return from;
  }

  boolean done() {
    return place.isEmpty();
  }

  /** Whether all of it was of the view that it began with. */
  boolean isOfOneView() {
    return pinned.isPresent();
  }

  /** The next rows; empty when done, and when its share of time was used up without any. */
  Optional<Frame> next() {
    if (done()) {
      return Optional.empty();
    }
    letGoWhenOld();
    View view = pinned.orElseGet(hub::view);
    CopyCursor.Part part = hub.copyParts().part(view.token(), selection, place.get(), read(view));
    place = part.rest();
    return part.frame().map(frame -> frame);
  }

  private Supplier<CopyCursor.Part> read(View view) {
    WatchLimits limits = hub.limits();
    return () -> cursor.read(view, place.get(), limits.frameBytes(), limits.rowsPerTurn());
  }

  /** To be called now and then, also while the client does not read. */
  void letGoWhenOld() {
    if (pinned.isPresent() && !hub.recent().covers(from.revision())) {
      pinned = Optional.empty();
    }
  }
}
