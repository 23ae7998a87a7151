package io.widecast.bus;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import java.util.List;

/**
 * Entries that are final and on this node's disk: the store applies them, all pairs of one
 * together.
 *
 * @param entries by rising revision, each above what was applied before; may be empty
 * @param upTo the position reached: of the last entry, or a later watermark
 */
public record Committed(List<EncodedEntry> entries, Token upTo) {
  public Committed {
    entries = List.copyOf(entries);
  }
}
