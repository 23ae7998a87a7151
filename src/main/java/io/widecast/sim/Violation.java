package io.widecast.sim;

/** A promise was broken: which one, where, and what was found instead. */
public final class Violation extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param promise its number in systems.md, or its name
   */
  public Violation(String promise, String what) {
    super(promise + ": " + what);
  }
}
