package io.widecast.bus;

/**
 * What a core node must remember before it answers a vote.
 *
 * @param term highest term it has taken part in
 * @param votedFor slot of the node it voted for in that term, -1 for none
 */
public record HardState(long term, int votedFor) {

  public static final HardState INITIAL = new HardState(0, -1);

  /** What it says of {@code other} or of a newer term: of one newer than it, no vote. */
  public HardState in(long other) {
    return term >= other ? this : new HardState(other, -1);
  }
}
