package io.widecast.api;

import io.widecast.store.log.StoreException;
import io.widecast.watch.MapRead;
import io.widecast.watch.Watch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the watches of an instance want read from views that may be on disk: on workers, a few at a
 * time, and once for all that want the same, as after a cut when everybody comes back. On the
 * instance's event loop.
 */
final class MapReads {

  /** The rest waits: other requests want the disk as well. */
  private static final int UNDER_WAY_MAX = 8;

  private static final Logger log = LoggerFactory.getLogger(MapReads.class);

  private final StoreAccess store;
  private final Consumer<Watch> answered;
  private final Map<Watch, MapRead> wanted = new IdentityHashMap<>();
  private final Map<MapRead, List<Watch>> readers = new HashMap<>(); // of each, under way or not
  private final ArrayDeque<MapRead> queue = new ArrayDeque<>();
  private int underWay;

  /**
   * @param answered called for each watch that has its answer
   */
  MapReads(StoreAccess store, Consumer<Watch> answered) {
    this.store = store;
    this.answered = answered;
  }

  /** Has {@code read} read for {@code watch}; asked again meanwhile, it does nothing. */
  @SuppressWarnings("ReferenceEquality") // the same need, asked about again
  void want(Watch watch, MapRead read) {
    if (wanted.put(watch, read) == read) {
      return;
    }
    List<Watch> others = readers.get(read);
    if (others != null) {
      others.add(watch);
      return;
    }
    readers.put(read, new ArrayList<>(List.of(watch)));
    queue.add(read);
    next();
  }

  /** {@code watch} has ended. */
  void forget(Watch watch) {
    wanted.remove(watch);
  }

  private void next() {
    while (underWay < UNDER_WAY_MAX && !queue.isEmpty()) {
      MapRead read = queue.remove();
      if (readers.get(read).stream().anyMatch(wanted::containsKey)) {
        underWay++;
        store.read(read::run).onComplete(done -> over(read, done.result(), done.cause()));
      } else {
        readers.remove(read); // all of them have ended
      }
    }
  }

  private void over(MapRead read, MapRead.Found found, Throwable failure) {
    underWay--;
    if (failure != null) {
      if (failure instanceof StoreException damage) {
        log.error("a watch met damage and begins anew: {}", damage.getMessage());
      } else {
        log.warn("cannot read the map for a watch, which begins anew", failure);
      }
    }
    for (Watch watch : readers.remove(read)) {
      wanted.remove(watch, read);
      if (failure == null) {
        watch.onMap(read, found);
        answered.accept(watch);
      } else {
        watch.onMapFailed(read); // and has its turn with the next tick: not at once again
      }
    }
    next();
  }
}
