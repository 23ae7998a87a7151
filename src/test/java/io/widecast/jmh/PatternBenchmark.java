package io.widecast.jmh;

import io.widecast.model.Filter;
import io.widecast.model.Key;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Matching keys such as {@code city/FR/11/2988507}, which every edge stream and every watch does
 * for every pair. Countries are drawn evenly from 26 of them. Expected: 5 to 10 ns for a literal
 * prefix, some ten times that for wildcards in the middle.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PatternBenchmark {

  private static final int KEYS = 1_024;

  @Param({"**", "city/FA/**", "city/*/11/*", "**/11/**", "eight countries"})
  private String pattern;

  private Filter filter;
  private Key[] keys;

  @Setup
  public void prepare() {
    filter =
        switch (pattern) {
          case "eight countries" ->
              Filter.parse(
                  List.of(
                      "city/FA/**",
                      "city/FB/**",
                      "city/FC/**",
                      "city/FD/**",
                      "city/FE/**",
                      "city/FF/**",
                      "city/FG/**",
                      "city/FH/**"));
          default -> Filter.parse(List.of(pattern));
        };
    var random = new SplittableRandom(1);
    keys = new Key[KEYS];
    for (int i = 0; i < KEYS; i++) {
      char country = (char) ('A' + random.nextInt(26));
      keys[i] =
          Key.of("city/F" + country + "/" + random.nextInt(30) + "/" + random.nextInt(9_999_999));
    }
  }

  @Benchmark
  @OperationsPerInvocation(KEYS)
  public int match() {
    int accepted = 0;
    for (Key key : keys) {
      accepted += filter.accepts(key) ? 1 : 0;
    }
    return accepted;
  }
}
