package io.widecast.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an edge node holds: the keys that any of its patterns matches. A pure function of the key.
 *
 * @param patterns 1 to {@value #PATTERNS_MAX}
 */
public record Filter(List<Pattern> patterns) {

  public static final int PATTERNS_MAX = 64;
  public static final Filter ALL = new Filter(List.of(Pattern.ALL));

  public Filter {
    if (patterns.isEmpty() || patterns.size() > PATTERNS_MAX) {
      throw new WidecastException(
          ErrorCode.BAD_PATTERN,
          "a filter has 1 to " + PATTERNS_MAX + " patterns; this one has " + patterns.size());
    }
    patterns = List.copyOf(patterns);
  }

  /**
   * @throws WidecastException {@link ErrorCode#BAD_PATTERN}
   */
  public static Filter parse(List<String> texts) {
    return new Filter(Pattern.parseAll(texts));
  }

  public boolean accepts(Key key) {
    for (Pattern pattern : patterns) {
      if (pattern.matches(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether any pair of {@code entry} passes. */
  public boolean acceptsAny(Entry entry) {
    for (Pair pair : entry.pairs()) {
      if (accepts(pair.key())) {
        return true;
      }
    }
    return false;
  }

  /**
   * The accepted pairs of {@code entry} under its own position: {@code entry} itself when all pass,
   * empty when none does.
   */
  public Optional<Entry> narrow(Entry entry) {
    List<Pair> accepted = entry.pairs().stream().filter(pair -> accepts(pair.key())).toList();
    if (accepted.isEmpty()) {
      return Optional.empty();
    }
    if (accepted.size() == entry.pairs().size()) {
      return Optional.of(entry);
    }
    return Optional.of(
        new Entry(
            entry.epoch(),
            entry.revision(),
            entry.prevEpoch(),
            entry.timeMillis(),
            entry.requestId(),
            accepted));
  }

  public boolean acceptsAll() {
    return patterns.contains(Pattern.ALL);
  }

  public List<String> texts() {
    return patterns.stream().map(Pattern::toString).toList();
  }

  @Override
  public String toString() {
    return patterns.stream().map(Pattern::toString).collect(Collectors.joining(","));
  }
}
