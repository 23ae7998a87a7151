package io.widecast.bus;

import io.widecast.model.EncodedEntry;
import java.util.List;

/**
 * @param complete false when the log no longer reaches back to what was asked for
 * @param entries applied ones only, by rising revision; empty at the end
 */
public record LogSlice(boolean complete, List<EncodedEntry> entries) {
  public LogSlice {
    entries = List.copyOf(entries);
  }
}
