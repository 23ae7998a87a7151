package io.widecast.watch;

import io.widecast.model.Bytes;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Pattern;
import io.widecast.model.WidecastException;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys that a watcher asked for: those that any of its patterns matches. Two selections with
 * the same patterns are equal and share their work.
 *
 * @param patterns 1 to 64, sorted, each once
 */
public record Selection(List<Pattern> patterns) {

  public Selection {
    if (patterns.isEmpty() || patterns.size() > Filter.PATTERNS_MAX) {
      throw new WidecastException(
          ErrorCode.BAD_PATTERN,
          "a watch has 1 to "
              + Filter.PATTERNS_MAX
              + " patterns; this one has "
              + patterns.size()
              + " (** stands for every key)");
    }
    patterns = patterns.stream().distinct().sorted(Selection::byText).toList();
  }

  /**
   * @throws WidecastException {@link ErrorCode#BAD_PATTERN}
   */
  public static Selection parse(List<String> texts) {
    return new Selection(Pattern.parseAll(texts));
  }

  public boolean matches(Key key) {
    for (Pattern pattern : patterns) {
      if (pattern.matches(key)) {
        return true;
      }
    }
    return false;
  }

  /** Those of {@code pairs} that match; the list itself when all do. */
  List<Pair> matching(List<Pair> pairs) {
    if (pairs.size() == 1) {
      return matches(pairs.get(0).key()) ? pairs : List.of();
    }
    return pairs.stream().filter(pair -> matches(pair.key())).toList();
  }

  /**
   * Ranges of keys, disjoint and in byte order, outside of which nothing matches; each is all keys
   * that begin with some bytes, or the one key that is those bytes.
   */
  List<Range> ranges() {
    var ranges = new ArrayList<Range>();
    patterns.stream()
        .map(p -> new Range(p.literalPrefix(), p.literalPrefix().equals(Bytes.utf8(p.toString()))))
        .sorted((a, b) -> a.prefix().compareTo(b.prefix()))
        .forEach(
            range -> {
              Range last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
              if (last != null && last.prefix().equals(range.prefix())) {
                ranges.set(ranges.size() - 1, new Range(last.prefix(), last.one() && range.one()));
              } else if (last == null || last.one() || !range.beginsWith(last)) {
                ranges.add(range);
              }
            });
    return ranges;
  }

  /** Keys that begin with {@code prefix}; if {@code one}, only the key that is it. */
  record Range(Bytes prefix, boolean one) {

    boolean contains(Key key) {
      return one ? key.bytes().equals(prefix) : prefix.isPrefixOf(key.bytes().unsafeArray());
    }

    private boolean beginsWith(Range other) {
      return other.prefix.isPrefixOf(prefix.unsafeArray());
    }
  }

  private static int byText(Pattern a, Pattern b) {
    return a.toString().compareTo(b.toString());
  }
}
