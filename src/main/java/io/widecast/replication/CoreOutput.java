package io.widecast.replication;

import io.widecast.bus.Committed;
import io.widecast.bus.LogWrite;
import io.widecast.model.PublishOutcome;
import io.widecast.model.ReadOutcome;
import io.widecast.model.Token;
import io.widecast.wire.LanFrame.Range;
import io.widecast.wire.LanPacket;

/**
 * What a {@link CoreNode} wants done, in the order given. Losing any of it but a write is harmless.
 */
public sealed interface CoreOutput {

  /** Send to the group. */
  record Multicast(LanPacket packet) implements CoreOutput {}

  /** Send to one core node's own port. */
  record Unicast(int slot, LanPacket packet) implements CoreOutput {}

  /**
   * Make durable; answer with {@link CoreNode#onLogDurable} or {@link CoreNode#onLogFailed}. None
   * follows before that.
   */
  record WriteLog(LogWrite write) implements CoreOutput {}

  /** Final and on disk: apply. */
  record Commit(Committed committed) implements CoreOutput {}

  /** Answer the publish of that ticket. */
  record Reply(long ticket, PublishOutcome outcome) implements CoreOutput {}

  /** Answer the read of that ticket. */
  record ReadReply(long ticket, ReadOutcome outcome) implements CoreOutput {}

  /** Fetch these over a connection to {@code slot}; answer with {@link CoreNode#onFetched}. */
  record Fetch(int slot, Range range) implements CoreOutput {}

  /** Take a whole copy from {@code slot}; answer with onCopied or onCopyFailed. */
  record TakeCopy(int slot, Token atLeast) implements CoreOutput {}

  /** This node's role or its master changed. */
  record RoleChanged(boolean master, int masterSlot, long term) implements CoreOutput {}
}
