package io.widecast.store.log;

import io.widecast.bus.HardState;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;

/** A {@link HardState} in 12 bytes: the term (8), then votedFor + 1 and the newcomer's bit (4). */
final class HardStateParts {

  private static final int NEWCOMER = 1 << 30;

  private HardStateParts() {}

  static ByteWriter write(ByteWriter out, HardState state) {
    return out.u64(state.term()).u32(state.votedFor() + 1 | (state.newcomer() ? NEWCOMER : 0));
  }

  static HardState read(ByteReader in) throws WireException {
    long term = in.u63();
    int rest = in.u32();
    int votedFor = (rest & ~NEWCOMER) - 1;
    if (votedFor < -1) {
      throw new WireException("vote for slot " + votedFor);
    }
    return new HardState(term, votedFor, (rest & NEWCOMER) != 0);
  }
}
