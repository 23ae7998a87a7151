package io.widecast.wire;

/**
 * One datagram between core nodes.
 *
 * @param sender its place in the electorate, 0..63
 * @param term the newest term it knows
 * @param commit highest revision it knows to be on a majority of disks
 */
public record LanPacket(int sender, long term, long commit, LanFrame frame) {
  public LanPacket {
    if (sender < 0 || sender >= LanFrame.SLOTS_MAX || term < 0 || commit < 0) {
      throw new IllegalArgumentException(
          "packet from " + sender + " in term " + term + ", commit " + commit);
    }
  }
}
