package io.widecast.watch;

import io.widecast.model.Token;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of initial copies, for others who copy the same at the same time: after a cut everybody
 * comes back at once, and what one of them was sent need not be read and written as JSON again for
 * the next. Holds the parts used last, within a bound, and no view.
 */
final class CopyParts {

  private static final long BYTES_MAX = 2L << 20;

  /**
   * What a part depends on.
   *
   * @param at position of the view, which stands for its content
   */
  private record Where(Token at, Selection selection, CopyCursor.Place place) {}

  private final Map<Where, CopyCursor.Part> parts = new LinkedHashMap<>(64, 0.75f, true);
  private long bytes;

  /** The part at {@code place}, if it is held. */
  Optional<CopyCursor.Part> find(Token at, Selection selection, CopyCursor.Place place) {
    return Optional.ofNullable(parts.get(new Where(at, selection, place)));
  }

  /** Keeps what was read at {@code place}. */
  void add(Token at, Selection selection, CopyCursor.Place place, CopyCursor.Part read) {
    if (parts.put(new Where(at, selection, place), read) != null) {
      return; // somebody else read the same
    }
    bytes += cost(read);
    var oldest = parts.values().iterator();
    while (bytes > BYTES_MAX && parts.size() > 1) {
      bytes -= cost(oldest.next());
      oldest.remove();
    }
  }

  /** With something for a part that is empty. */
  private static long cost(CopyCursor.Part part) {
    return 256 + part.sizeBytes();
  }
}
