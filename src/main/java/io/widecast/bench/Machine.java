package io.widecast.bench;

/** Where a measurement was made: without it a figure means little. */
public final class Machine {

  private Machine() {}

  /** One line: cores, memory for this process, JDK, kernel. */
  public static String describe() {
    return "%d cores, %s %s, %s %s %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.vm.name"),
            Runtime.version(),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"));
  }
}
