package io.widecast.bus;

/**
 * What a core node must remember before it answers a vote.
 *
 * @param term highest term it has taken part in
 * @param votedFor slot of the node it voted for in that term, -1 for none
 * @param newcomer found nothing on its disk at first, and has not become a member since
 */
public record HardState(long term, int votedFor, boolean newcomer) {

  public static final HardState INITIAL = new HardState(0, -1, true);

  /** A member's. */
  public HardState(long term, int votedFor) {
    this(term, votedFor, false);
  }

  /** What it says of {@code other} or of a newer term: of one newer than it, no vote. */
  public HardState in(long other) {
    return term >= other ? this : new HardState(other, -1, newcomer);
  }
}
