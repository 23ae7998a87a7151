package io.widecast.sim;

import io.widecast.bus.EdgeReport;
import io.widecast.bus.LogSlice;
import io.widecast.model.Filter;
import io.widecast.model.Token;
import io.widecast.replication.wan.EdgeStream;
import io.widecast.replication.wan.EntryWindow;
import io.widecast.wire.StreamFrame;
import java.util.List;

/** An edge node's stream at the core node that serves it, for as long as the connection lasts. */
final class EdgeServing {

  private static final long READ_NANOS = 400_000;
  private static final int READ_BYTES = 16 << 10;
  private static final int TIMER_CALLS_MAX = 1_000;

  private final SimCore host;
  private final SimStream.End end;
  private final StreamFrame.Greeting greeting;
  private final Filter filter;
  private final EdgeStream stream;
  private long armedAtNanos = Long.MAX_VALUE;
  private long calledAtNanos;
  private int calls;

  EdgeServing(SimCore host, SimStream.End end, StreamFrame.Greeting greeting, EntryWindow window) {
    this.host = host;
    this.end = end;
    this.greeting = greeting;
    this.filter = greeting.filter().orElseThrow();
    this.stream = new EdgeStream(filter, greeting.position(), host.localNanos());
  }

  void start() {
    perform(stream.start(host.window(), host.localNanos()));
  }

  void pump() {
    perform(stream.pump(host.window(), host.localNanos()));
  }

  void jump() {
    perform(stream.onJump(host.window()));
  }

  void onAck(Token position) {
    stream.onAck(position);
    pump();
  }

  EdgeReport.Edge report() {
    return new EdgeReport.Edge(
        greeting.id(),
        greeting.site(),
        filter,
        stream.acked().revision(),
        stream.isLevel(),
        stream.inFlightBytes(),
        greeting.http());
  }

  private void perform(List<EdgeStream.Output> outputs) {
    for (EdgeStream.Output output : outputs) {
      if (output instanceof EdgeStream.Output.Send send) {
        end.send(send.frame());
      } else if (output instanceof EdgeStream.Output.ReadLog read) {
        host.later(READ_NANOS, () -> onRead(read.revision()));
      } else if (output instanceof EdgeStream.Output.SendCopy) {
        host.sendCopyToEdge(end, filter, greeting.held(), this::onCopySent);
      } else {
        throw new AssertionError(output);
      }
    }
    arm();
  }

  private void onRead(long after) {
    LogSlice slice = host.disk().log().read(after, host.map().at().revision(), READ_BYTES);
    perform(stream.onLog(slice.complete(), slice.entries(), host.window(), host.localNanos()));
  }

  private void onCopySent(Token at) {
    perform(stream.onCopySent(at, host.window(), host.localNanos()));
  }

  private void arm() {
    long atNanos = stream.nextTimerNanos();
    if (atNanos < armedAtNanos) {
      armedAtNanos = atNanos;
      host.later(Math.max(0, atNanos - host.localNanos()), () -> onTimer(atNanos));
    }
  }

  private void onTimer(long armedFor) {
    if (armedFor != armedAtNanos || !end.stream().isOpen()) {
      return;
    }
    armedAtNanos = Long.MAX_VALUE;
    calls = calledAtNanos == host.localNanos() ? calls + 1 : 0;
    calledAtNanos = host.localNanos();
    if (calls > TIMER_CALLS_MAX) {
      throw new Violation("liveness", "a stream at " + host + " sets its timer to the past");
    }
    pump();
  }
}
