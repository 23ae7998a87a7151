package io.widecast.replication;

import io.widecast.model.ErrorCode;
import io.widecast.model.PublishOutcome;
import io.widecast.model.Token;
import io.widecast.replication.election.Election;
import io.widecast.replication.lan.LanReceiver;
import io.widecast.replication.lan.Peers;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.Master;
import io.widecast.replication.order.RecentRequests;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What the inputs of a turn lead to: takes the decisions of the two halves, hands entries to the
 * log's pipeline, and gathers everything else as {@link CoreOutput}s, frames in packets of the
 * present term and commit. Decides only whom multicast does not reach, by {@link Peers}. Not
 * thread-safe: owned by {@link CoreNode}.
 */
final class Turn {

  private final CoreOptions options;
  private final Election election;
  private final Peers peers;
  private final LogPipeline disk;
  private final EntryLog log;
  private final RecentRequests requests;
  private final LongSupplier commit;
  private final List<CoreOutput> outputs = new ArrayList<>();

  /**
   * @param commit the highest revision known to be committed, which every packet tells
   */
  Turn(
      CoreOptions options,
      Election election,
      Peers peers,
      LogPipeline disk,
      EntryLog log,
      RecentRequests requests,
      LongSupplier commit) {
    this.options = options;
    this.election = election;
    this.peers = peers;
    this.disk = disk;
    this.log = log;
    this.requests = requests;
    this.commit = commit;
  }

  /** What the master decided. */
  void order(List<Master.Output> orders, long nowNanos) {
    for (Master.Output order : orders) {
      if (order instanceof Master.Output.Append append) {
        disk.append(append.entry());
      } else if (order instanceof Master.Output.Multicast send) {
        multicast(send.frame(), nowNanos);
      } else if (order instanceof Master.Output.Unicast send) {
        unicast(send.slot(), send.frame());
      } else if (order instanceof Master.Output.Reply reply) {
        outputs.add(new CoreOutput.Reply(reply.ticket(), reply.outcome()));
      } else if (order instanceof Master.Output.ReadReply reply) {
        outputs.add(new CoreOutput.ReadReply(reply.ticket(), reply.outcome()));
      } else {
        throw new AssertionError(order);
      }
    }
  }

  /** What the receiving half decided. */
  void receive(List<LanReceiver.Output> received) {
    for (LanReceiver.Output output : received) {
      if (output instanceof LanReceiver.Output.Append append) {
        disk.append(append.entries());
        append.entries().forEach(entry -> requests.onAppended(entry.entry()));
      } else if (output instanceof LanReceiver.Output.Cut cut) {
        disk.cut(cut.revision());
        requests.onCut(cut.revision());
      } else if (output instanceof LanReceiver.Output.Ask ask) {
        toMaster(ask.request());
      } else if (output instanceof LanReceiver.Output.Fetch fetch) {
        if (election.master() >= 0) {
          outputs.add(new CoreOutput.Fetch(election.master(), fetch.range()));
        }
      } else if (output instanceof LanReceiver.Output.NeedCopy) {
        // Not what only memory holds: it waits for the copy, and the copy must not wait for it.
        long written = disk.written();
        var atLeast = new Token(log.epochAt(written), written);
        outputs.add(new CoreOutput.TakeCopy(election.master(), atLeast));
      } else {
        throw new AssertionError(output);
      }
    }
  }

  /** To the group, and to each member that the group does not reach. */
  void multicast(LanFrame frame, long nowNanos) {
    LanPacket packet = packet(frame);
    outputs.add(new CoreOutput.Multicast(packet));
    long unreached = options.unicastFallback() ? peers.unreached(nowNanos) : 0;
    for (long bits = unreached; bits != 0; bits &= bits - 1) {
      outputs.add(new CoreOutput.Unicast(Long.numberOfTrailingZeros(bits), packet));
    }
  }

  void unicast(int slot, LanFrame frame) {
    outputs.add(new CoreOutput.Unicast(slot, packet(frame)));
  }

  /** Lost where there is none, or this node is it: whatever it was is sent again in time. */
  void toMaster(LanFrame frame) {
    if (election.master() >= 0 && !election.isMaster()) {
      unicast(election.master(), frame);
    }
  }

  private LanPacket packet(LanFrame frame) {
    return new LanPacket(options.self(), election.term(), commit.getAsLong(), frame);
  }

  /** Answers a publish that was never ordered. */
  void refuse(long ticket, ErrorCode code, String detail) {
    add(
        new CoreOutput.Reply(
            ticket, new PublishOutcome.Refused(code, detail, Map.of("written", false))));
  }

  void add(CoreOutput output) {
    outputs.add(output);
  }

  /** Ends it: all there is to do, in order. The next one begins. */
  List<CoreOutput> end() {
    var all = List.copyOf(outputs);
    outputs.clear();
    return all;
  }
}
