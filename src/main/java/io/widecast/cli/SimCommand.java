package io.widecast.cli;

import io.widecast.sim.ReplicationRun;
import io.widecast.sim.Shrinker;
import io.widecast.sim.SimOptions;
import io.widecast.sim.Violation;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "sim",
    description =
        "Run whole clusters in one thread under virtual time, on networks and disks that misbehave"
            + " by seed, and check every promise at every step. One seed is told as a story; the"
            + " same seed tells the same story. Exit code 1 when a promise was broken.")
final class SimCommand implements Runnable {

  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m)");
  private static final Pattern PERCENTAGE = Pattern.compile("(\\d{1,2}(\\.\\d{1,3})?)%?");

  @Option(names = "--seed", defaultValue = "1", description = "The first seed (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "How many, one after the other (${DEFAULT-VALUE}).")
  private long seeds;

  @Option(
      names = "--loss",
      paramLabel = "P",
      description = "Datagrams lost, 0 to 90 percent; drawn from the seed otherwise.")
  private String loss;

  @Option(
      names = "--cores",
      paramLabel = "N",
      description = "Core nodes, 1 to 9; drawn from the seed otherwise.")
  private Optional<Integer> cores = Optional.empty();

  @Option(
      names = "--edges",
      paramLabel = "N",
      description = "Edge nodes, 0 to 16; drawn from the seed otherwise.")
  private Optional<Integer> edges = Optional.empty();

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Virtual time of trouble, such as 10s; drawn from the seed otherwise.")
  private String duration;

  @Option(names = "--calm", description = "No crashes, pauses and partitions: only what is lost.")
  private boolean calm;

  @Option(
      names = "--shrink",
      description =
          "Of a seed that breaks a promise, look for a smaller run that still does, and tell that"
              + " one's story.")
  private boolean shrink;

  private final Terminal terminal;

  SimCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (seeds < 1) {
      throw new ExitException(ExitException.USAGE, "--seeds " + seeds + " is not 1 or more");
    }
    OptionalDouble lossRate = lossRate();
    OptionalLong troubleNanos = troubleNanos();
    long committed = 0;
    for (long each = seed; each < seed + seeds; each++) {
      committed += runOne(each, options(each, lossRate, troubleNanos));
    }
    if (seeds > 1) {
      terminal.out().printf("%,d seeds kept every promise, %,d entries%n", seeds, committed);
    }
  }

  private long runOne(long one, SimOptions options) {
    var run = new ReplicationRun(one, options);
    try {
      String story = run.run();
      if (seeds == 1) {
        terminal.out().print(story);
      }
      return run.committed();
    } catch (Violation e) {
      String story = shrink ? smallest(one, options) : run.trace();
      terminal.out().print(story);
      throw new ExitException(
          ExitException.FAILED, "seed " + one + " broke a promise. " + e.getMessage());
    }
  }

  private static String smallest(long one, SimOptions broken) {
    SimOptions options = new Shrinker(Shrinker.ofSeed(one)).shrink(broken);
    var run = new ReplicationRun(one, options);
    try {
      return run.run();
    } catch (Violation | IllegalStateException | AssertionError e) {
      return run.trace() + "in this smaller run: " + e.getMessage() + "\n";
    }
  }

  private SimOptions options(long one, OptionalDouble lossRate, OptionalLong troubleNanos) {
    SimOptions drawn = SimOptions.drawn(one);
    try {
      SimOptions options =
          drawn.withNodes(cores.orElse(drawn.cores()), edges.orElse(drawn.edges()));
      options = lossRate.isPresent() ? options.withLoss(lossRate.getAsDouble()) : options;
      options =
          troubleNanos.isPresent() ? options.withTroubleNanos(troubleNanos.getAsLong()) : options;
      return calm ? options.withoutTroubles() : options;
    } catch (IllegalArgumentException e) {
      throw new ExitException(ExitException.USAGE, e.getMessage());
    }
  }

  private OptionalDouble lossRate() {
    if (loss == null) {
      return OptionalDouble.empty();
    }
    Matcher matcher = PERCENTAGE.matcher(loss);
    double percent = matcher.matches() ? new BigDecimal(matcher.group(1)).doubleValue() : 100;
    if (percent > 90) {
      throw new ExitException(ExitException.USAGE, "--loss '" + loss + "' is not 0% to 90%");
    }
    return OptionalDouble.of(percent / 100);
  }

  private OptionalLong troubleNanos() {
    if (duration == null) {
      return OptionalLong.empty();
    }
    Matcher matcher = DURATION.matcher(duration);
    if (!matcher.matches()) {
      throw new ExitException(
          ExitException.USAGE, "--duration '" + duration + "' is not a time such as 10s");
    }
    long unitNanos =
        switch (matcher.group(2)) {
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          default -> 60_000_000_000L;
        };
    return OptionalLong.of(Long.parseLong(matcher.group(1)) * unitNanos);
  }
}
