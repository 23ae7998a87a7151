package io.widecast.client;

import java.util.List;
import java.util.Optional;

/**
 * One page of a list, in byte order of the keys.
 *
 * @param next the {@code after} of the next page; empty at the end
 */
public record KeyPage(long epoch, long revision, List<ListedPair> pairs, Optional<String> next) {
  public KeyPage {
    pairs = List.copyOf(pairs);
  }
}
