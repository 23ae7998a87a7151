package io.widecast.watch;

import io.widecast.model.Token;
import io.widecast.store.View;
import java.util.Optional;

/**
 * The initial copy of one watch. It shows the view that it began with for as long as the recent
 * entries reach back to that; whoever takes longer reads on from newer views, so that no old one is
 * kept alive, and has to be given what changed since the copy began.
 */
final class InitialCopy {

  private final WatchHub hub;
  private final Selection selection;
  private final Token from;
  private Optional<View> pinned;
  private Optional<CopyCursor.Place> place;
  private Optional<MapRead.Copy> asked = Optional.empty(); // of whoever reads views from disk
  private Optional<CopyCursor.Part> read = Optional.empty(); // and not given yet

  InitialCopy(WatchHub hub, Selection selection) {
    this.hub = hub;
    this.selection = selection;
    this.from = hub.position();
    this.pinned = Optional.of(hub.view());
    this.place = Optional.of(new CopyCursor(selection).start());
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

  /**
   * The next rows; empty when done, when its share of time was used up without any, and while they
   * are being read elsewhere.
   */
  Optional<Frame> next() {
    if (done() || asked.isPresent()) {
      return Optional.empty();
    }
    if (read.isPresent()) {
      CopyCursor.Part part = read.get();
      read = Optional.empty();
      return take(part);
    }
    letGoWhenOld();
    View view = pinned.orElseGet(hub::view);
    Optional<CopyCursor.Part> known = hub.copyParts().find(view.token(), selection, place.get());
    if (known.isPresent()) {
      return take(known.get());
    }
    WatchLimits limits = hub.limits();
    var read =
        new MapRead.Copy(view, selection, place.get(), limits.frameBytes(), limits.rowsPerTurn());
    if (view.isInMemory()) {
      return take(keep(read, read.run()));
    }
    asked = Optional.of(read);
    return Optional.empty();
  }

  /** What is to be read elsewhere, until {@link #onRead} says what it gave. */
  Optional<MapRead.Copy> asked() {
    return asked;
  }

  /** The answer to {@link #asked}: what {@link #next} gives next. */
  void onRead(MapRead.Found found) {
    keep(asked.orElseThrow(), found);
    read = Optional.of(found.part());
    asked = Optional.empty();
  }

  private CopyCursor.Part keep(MapRead.Copy of, MapRead.Found found) {
    hub.copyParts().add(of.view().token(), selection, of.place(), found.part());
    return found.part();
  }

  private Optional<Frame> take(CopyCursor.Part part) {
    place = part.rest();
    return part.frame().map(frame -> frame);
  }

  /** To be called now and then, also while the client does not read. */
  void letGoWhenOld() {
    if (pinned.isPresent() && !hub.recent().covers(from.revision())) {
      pinned = Optional.empty();
    }
  }
}
