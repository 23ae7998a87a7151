package io.widecast.config;

import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import io.widecast.model.Pattern;
import io.widecast.model.WidecastException;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.stream.Collectors;

/**
 * How the text of a value becomes an object, and what is allowed.
 *
 * @param allowed in words, for the reference and for problems: "a port, 0..65535"
 * @param isList whether it is written as a list
 * @param parser takes the elements of a list, or exactly one text; throws IllegalArgumentException
 *     or WidecastException when they are not what is allowed
 */
record ValueType<T>(String allowed, boolean isList, Function<List<String>, T> parser) {

  private static final java.util.regex.Pattern NUMBER_AND_UNIT =
      java.util.regex.Pattern.compile("([0-9]{1,12})([A-Za-z]+)");
  private static final java.util.regex.Pattern INTERFACE_NAME =
      java.util.regex.Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@:-]{0,63}");
  private static final java.util.regex.Pattern PERCENTAGE =
      java.util.regex.Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,6})?)%");
  private static final List<String> DURATION_UNITS = List.of("ms", "s", "m", "h", "d");
  private static final long[] UNIT_MILLIS = {1, 1_000, 60_000, 3_600_000, 86_400_000};
  private static final List<String> SIZE_UNITS = List.of("B", "KiB", "MiB", "GiB");

  private static <T> ValueType<T> scalar(String allowed, Function<String, T> parser) {
    return new ValueType<>(allowed, false, texts -> parser.apply(texts.get(0)));
  }

  /** The same, but nothing may stand there: an empty text is no value. */
  static <T> ValueType<Optional<T>> optional(ValueType<T> type) {
    return new ValueType<>(
        type.allowed,
        type.isList,
        texts -> texts.get(0).isEmpty() ? Optional.empty() : Optional.of(type.parser.apply(texts)));
  }

  /** Any number of elements, each once. */
  static <T> ValueType<List<T>> listOf(String allowed, int countMax, Function<String, T> parser) {
    return new ValueType<>(
        allowed,
        true,
        texts -> {
          if (texts.size() > countMax) {
            throw new IllegalArgumentException(
                texts.size() + " elements; at most " + countMax + " are allowed");
          }
          var seen = new HashSet<T>();
          var list = new ArrayList<T>();
          for (String text : texts) {
            T element = parser.apply(text);
            if (!seen.add(element)) {
              throw new IllegalArgumentException("'" + text + "' stands in it twice");
            }
            list.add(element);
          }
          return List.copyOf(list);
        });
  }

  static ValueType<NodeId> name() {
    return scalar("1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit", ValueType::nodeId);
  }

  static NodeId nodeId(String text) {
    if (!NodeId.isValid(text)) {
      throw notAllowed(text);
    }
    return new NodeId(text);
  }

  static ValueType<String> text(String allowed, int charsMax) {
    return scalar(
        allowed,
        text -> {
          if (text.isBlank() || text.length() > charsMax || !text.equals(text.strip())) {
            throw notAllowed(text);
          }
          return text;
        });
  }

  static ValueType<Path> path(String allowed) {
    return scalar(
        allowed,
        text -> {
          try {
            if (!text.isBlank()) {
              return Path.of(text);
            }
          } catch (InvalidPathException e) {
            throw notAllowed(text);
          }
          throw notAllowed(text);
        });
  }

  static ValueType<HostPort> address() {
    return scalar("host:port", HostPort::parse);
  }

  static ValueType<Integer> integer(String noun, int min, int max) {
    return scalar(
        noun + ", " + min + ".." + max, text -> Math.toIntExact(wholeNumber(text, min, max)));
  }

  static ValueType<Long> wholeLong() {
    return scalar(
        "a whole number of 64 bits", text -> wholeNumber(text, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  private static long wholeNumber(String text, long min, long max) {
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw notAllowed(text);
    }
    if (number < min || number > max) {
      throw notAllowed(text);
    }
    return number;
  }

  /** {@code auto} or a number. */
  static ValueType<OptionalInt> autoOr(String noun, int min, int max) {
    return scalar(
        "auto, or " + noun + ", " + min + ".." + max,
        text ->
            text.equals("auto")
                ? OptionalInt.empty()
                : OptionalInt.of(Math.toIntExact(wholeNumber(text, min, max))));
  }

  static ValueType<Optional<String>> networkInterface() {
    return scalar(
        "auto, or the name of a network interface, such as eth0",
        text -> {
          if (!INTERFACE_NAME.matcher(text).matches()) {
            throw notAllowed(text);
          }
          return text.equals("auto") ? Optional.empty() : Optional.of(text);
        });
  }

  static ValueType<String> multicastGroup() {
    return scalar(
        "an IPv4 multicast address, 224.0.1.0..239.255.255.255",
        text -> {
          int[] parts = ipv4(text);
          // 224.0.0.x is kept for routing protocols: switches flood it, and hosts may not join it.
          boolean reserved = parts[0] == 224 && parts[1] == 0 && parts[2] == 0;
          if (parts[0] < 224 || parts[0] > 239 || reserved) {
            throw notAllowed(text);
          }
          return text;
        });
  }

  private static int[] ipv4(String text) {
    if (!text.matches("(?:(?:0|[1-9][0-9]{0,2})(?:\\.(?!$)|$)){4}")) {
      throw notAllowed(text);
    }
    int[] parts = Arrays.stream(text.split("\\.")).mapToInt(Integer::parseInt).toArray();
    if (Arrays.stream(parts).anyMatch(part -> part > 255)) {
      throw notAllowed(text);
    }
    return parts;
  }

  static ValueType<Duration> duration(Duration min, Duration max) {
    return scalar(
        "a duration with its unit (ms, s, m, h, d), " + spell(min) + ".." + spell(max),
        text -> {
          Matcher matcher = NUMBER_AND_UNIT.matcher(text);
          int unit = matcher.matches() ? DURATION_UNITS.indexOf(matcher.group(2)) : -1;
          if (unit < 0 || Long.parseLong(matcher.group(1)) > Long.MAX_VALUE / UNIT_MILLIS[unit]) {
            throw notAllowed(text);
          }
          var duration = Duration.ofMillis(Long.parseLong(matcher.group(1)) * UNIT_MILLIS[unit]);
          if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw notAllowed(text);
          }
          return duration;
        });
  }

  /** Spelled as in a configuration: in the largest unit that leaves no rest. */
  static String spell(Duration duration) {
    long millis = duration.toMillis();
    for (int unit = UNIT_MILLIS.length - 1; unit > 0 && millis > 0; unit--) {
      if (millis % UNIT_MILLIS[unit] == 0) {
        return millis / UNIT_MILLIS[unit] + DURATION_UNITS.get(unit);
      }
    }
    return millis + "ms";
  }

  static ValueType<Long> size(long min, long max) {
    return scalar(
        "a size with its unit (B, KiB, MiB, GiB), " + spellSize(min) + ".." + spellSize(max),
        text -> {
          Matcher matcher = NUMBER_AND_UNIT.matcher(text);
          int unit = matcher.matches() ? SIZE_UNITS.indexOf(matcher.group(2)) : -1;
          if (unit < 0) {
            throw notAllowed(text);
          }
          long number = Long.parseLong(matcher.group(1));
          if (number > max >> 10 * unit || number << 10 * unit < min) {
            throw notAllowed(text);
          }
          return number << 10 * unit;
        });
  }

  /** Spelled as in a configuration: in the largest unit that leaves no rest. */
  static String spellSize(long bytes) {
    int unit = SIZE_UNITS.size() - 1;
    while (unit > 0 && bytes % (1L << 10 * unit) != 0) {
      unit--;
    }
    return (bytes >> 10 * unit) + SIZE_UNITS.get(unit);
  }

  /** A share of 0..1. */
  static ValueType<Double> percentage(int min) {
    return scalar(
        "a percentage with its sign, " + min + "%..100%",
        text -> {
          Matcher matcher = PERCENTAGE.matcher(text);
          if (!matcher.matches()) {
            throw notAllowed(text);
          }
          var percent = new BigDecimal(matcher.group(1));
          if (percent.compareTo(BigDecimal.valueOf(min)) < 0
              || percent.compareTo(BigDecimal.valueOf(100)) > 0) {
            throw notAllowed(text);
          }
          return percent.movePointLeft(2).doubleValue();
        });
  }

  static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
    E[] constants = type.getEnumConstants();
    String names =
        Arrays.stream(constants).map(ValueType::lowerCase).collect(Collectors.joining(", "));
    return scalar(
        constants.length == 1 ? names + " (the only one)" : "one of " + names,
        text ->
            Arrays.stream(constants)
                .filter(constant -> lowerCase(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> notAllowed(text)));
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static ValueType<Filter> filter() {
    return new ValueType<>(
        "a list of 1 to " + Filter.PATTERNS_MAX + " patterns, such as [\"city/FR/**\"]",
        true,
        texts -> {
          try {
            return new Filter(Pattern.parseAll(texts));
          } catch (WidecastException e) {
            throw new IllegalArgumentException(e.detail());
          }
        });
  }

  /** A problem whose only reason is that the value is not one of those allowed. */
  private static IllegalArgumentException notAllowed(String text) {
    return new IllegalArgumentException("'" + text + "' is not allowed");
  }
}
