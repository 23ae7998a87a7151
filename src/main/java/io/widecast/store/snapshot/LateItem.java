package io.widecast.store.snapshot;

import io.widecast.store.tree.Place;

/**
 * Something that a head let go of and that lies in the window of a row on its way out: to be freed
 * once no other tree holds it (late lists, systems.md S3).
 *
 * @param id of a page, or the first VBA of an extent
 * @param opSeq of a page; 0 for an extent
 * @param level of a page
 * @param count blocks of an extent
 * @param place where a tree that still holds it has it: a page's low place, an extent's row
 */
public record LateItem(long id, long opSeq, int level, int count, Place place) {

  static LateItem page(long id, long opSeq, int level, Place low) {
    return new LateItem(id, opSeq, level, 0, low);
  }

  static LateItem extent(long vba, int count, Place place) {
    return new LateItem(vba, 0, 0, count, place);
  }

  public boolean isPage() {
    return opSeq != 0;
  }
}
