package io.widecast.store;

import io.widecast.model.EncodedEntry;
import java.util.List;

/**
 * The store moved on: the feed of everything that shows data. A receiver that has seen every
 * message since it took a view has seen every entry since then.
 *
 * @param view the map now
 * @param entries what led there from the message before, by rising revision; empty for a watermark
 * @param jumped a whole copy replaced the map: the entries in between are unknown here
 */
public record Applied(View view, List<EncodedEntry> entries, boolean jumped) {
  public Applied {
    entries = List.copyOf(entries);
  }
}
