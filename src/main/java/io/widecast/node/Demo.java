package io.widecast.node;

/** Placeholder; not for merging. */
public final class Demo {

  private Demo() {}

  public static void run(DemoOptions options) {
    throw new IllegalStateException("no demo in this build, port " + options.port());
  }
}
