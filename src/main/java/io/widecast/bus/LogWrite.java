package io.widecast.bus;

import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import java.util.List;
import java.util.Optional;

/**
 * Work for the log, done in the order of its fields and made durable by one fsync.
 *
 * @param hardState to remember, when it changed
 * @param cutFrom drops every entry from this revision on; 0 for none
 * @param entries to append, by rising revision; a core node's without a hole
 * @param commit everything up to here is final (an edge's watermark); never goes back
 * @param keepFrom entries below this revision may be forgotten once a checkpoint covers them
 */
public record LogWrite(
    Optional<HardState> hardState,
    long cutFrom,
    List<EncodedEntry> entries,
    Token commit,
    long keepFrom) {
  public LogWrite {
    entries = List.copyOf(entries);
  }
}
