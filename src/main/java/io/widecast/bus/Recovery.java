package io.widecast.bus;

import io.widecast.model.EncodedEntry;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import java.util.List;

/**
 * What the store found on disk.
 *
 * @param applied position of the map as recovered; everything up to it was committed
 * @param logEnd position of the last entry in the log; at or above {@code applied} in a core node
 * @param log the newest entries of the log by rising revision: all above {@code applied}, and older
 *     ones within a bound
 * @param requests the named requests below {@code log}, by rising revision, as far as they are
 *     kept; those of a copy, too
 * @param mapLost the map was damaged beyond reading: {@code applied} says how far it has been, and
 *     a copy must come before anything is applied or shown
 */
public record Recovery(
    HardState hardState,
    Token applied,
    Token logEnd,
    List<EncodedEntry> log,
    List<RecentRequest> requests,
    boolean mapLost) {
  public Recovery {
    log = List.copyOf(log);
    requests = List.copyOf(requests);
  }
}
