package io.widecast.api;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a client takes, from its {@code Accept} header field (RFC 9110, section 12.5.1). */
final class Accept {

  private record Range(String type, double quality) {

    /** How narrowly this range names {@code offered}: 0 not at all, 3 exactly. */
    int narrowness(String offered) {
      if (type.equals(offered)) {
        return 3;
      }
      if (type.equals("*/*")) {
        return 1;
      }
      boolean wild = type.endsWith("/*");
      return wild && offered.startsWith(type.substring(0, type.length() - 1)) ? 2 : 0;
    }
  }

  private final List<Range> ranges;

  private Accept(List<Range> ranges) {
    this.ranges = ranges;
  }

  static Accept of(Exchange exchange) {
    return of(exchange.listHeader(HttpHeaderNames.ACCEPT).orElse("*/*"));
  }

  static Accept of(String text) {
    List<Range> ranges =
        Arrays.stream(text.split(",")).filter(r -> !r.isBlank()).map(Accept::range).toList();
    return new Accept(ranges.isEmpty() ? List.of(new Range("*/*", 1)) : ranges);
  }

  private static Range range(String text) {
    String[] parts = text.split(";");
    double quality = 1;
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        quality = weight(parameter.substring(2));
      }
    }
    return new Range(parts[0].strip().toLowerCase(Locale.ROOT), quality);
  }

  private static double weight(String text) {
    try {
      return Math.max(0, Math.min(1, Double.parseDouble(text)));
    } catch (NumberFormatException e) { // not a weight: as if there were none
      return 1;
    }
  }

  /**
   * The index of what the client likes best among what is offered; the first of equals.
   *
   * @throws WidecastException {@link ErrorCode#NOT_ACCEPTABLE} when it takes none
   */
  int choose(String... offered) {
    int best = -1;
    double bestQuality = 0;
    for (int i = 0; i < offered.length; i++) {
      double quality = quality(offered[i]);
      if (quality > bestQuality) {
        best = i;
        bestQuality = quality;
      }
    }
    if (best < 0) {
      throw new WidecastException(
          ErrorCode.NOT_ACCEPTABLE, "this is offered as " + String.join(", ", offered));
    }
    return best;
  }

  /** The weight of the narrowest range that names {@code offered}; of equals, the narrower. */
  private double quality(String offered) {
    int narrowest = 0;
    double quality = 0;
    for (Range range : ranges) {
      int narrowness = range.narrowness(offered);
      if (narrowness > narrowest) {
        narrowest = narrowness;
        quality = range.quality() == 0 ? 0 : range.quality() + narrowness * 1e-6;
      }
    }
    return quality;
  }
}
