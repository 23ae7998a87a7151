package io.widecast.store.verify;

import io.widecast.model.Bytes;
import io.widecast.store.container.Container;
import io.widecast.store.log.StoreException;
import io.widecast.store.segment.BlockGoneException;
import io.widecast.store.segment.Segments;
import io.widecast.store.tree.Guard;
import io.widecast.store.tree.MiddleMap;
import io.widecast.store.tree.PageRef;
import io.widecast.store.tree.Pages;
import io.widecast.store.tree.Place;

/** What all parts of one verification share. */
final class Scope {

  final Container container;
  final Pages pages;
  final Segments segments;
  final MiddleMap map;
  final Alarms alarms;
  final Damage damage = new Damage();

  /** Numbers from here on were handed out after the beginning: what carries them is not judged. */
  final long opSeqEnd;

  final long vbaEnd;

  final NumberSet checked = new NumberSet(); // pages
  final NumberSet mapPages = new NumberSet(); // of these, those of the middle map
  final NumberSet vbas = new NumberSet(); // that some tree reaches
  long fullChecks;
  long nodes; // in all node maps now
  long nodesMax;
  boolean unread; // a part of some tree: what is reached is not known in full
  boolean mapUnread; // a part of the middle map

  Scope(Container container, Alarms alarms) {
    this.container = container;
    this.alarms = alarms;
    this.pages = container.forest().pages();
    this.segments = container.segments();
    this.map = container.forest().map();
    this.opSeqEnd = pages.nextOpSeq();
    this.vbaEnd = container.forest().nextVba();
  }

  /** Reads a page for a full check; null, with an alarm, when that cannot be done. */
  Pages.Inspection inspect(PageRef ref, String where) {
    fullChecks++;
    try {
      Pages.Inspection page = pages.inspect(ref, Guard.ALWAYS);
      if (damage.claim(pages.pba(ref.id()))) {
        alarms.raise(AlarmKind.DAMAGED_PAGE, where, "only memory still has it as it was");
      }
      return page;
    } catch (StoreException | BlockGoneException e) {
      damage.claim(pages.pba(ref.id()));
      alarms.raise(AlarmKind.DAMAGED_PAGE, where, e.getMessage());
      return null;
    }
  }

  void counted(int more) {
    nodes += more;
    nodesMax = Math.max(nodesMax, nodes);
  }

  static String range(Place low, Place high) {
    String from = low.key().length == 0 ? "the first key" : name(low);
    return "keys from " + from + (high == null ? " on" : " to " + name(high));
  }

  private static String name(Place place) {
    return "'" + Bytes.copyOf(place.key()).toUtf8() + "'";
  }
}
