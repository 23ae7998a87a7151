package io.widecast.it;

/** A token, read by the test's own eyes. */
record Position(long epoch, long revision) implements Comparable<Position> {

  static final Position NONE = new Position(0, 0);

  static Position parse(String token) {
    int dot = token.indexOf('.');
    return new Position(
        Long.parseLong(token.substring(0, dot)), Long.parseLong(token.substring(dot + 1)));
  }

  @Override
  public int compareTo(Position other) {
    int byEpoch = Long.compare(epoch, other.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(revision, other.revision);
  }

  @Override
  public String toString() {
    return epoch + "." + revision;
  }
}
