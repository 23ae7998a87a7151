package io.widecast.jmh;

import io.widecast.metrics.Metrics;
import io.widecast.model.AckLevel;
import io.widecast.model.Bytes;
import io.widecast.model.Draft;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.replication.log.EntryLog;
import io.widecast.replication.order.Master;
import io.widecast.replication.order.OrderOptions;
import io.widecast.replication.order.RecentRequests;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the master's core costs for a publish of 100 bytes with two other core nodes: ordering,
 * encoding, buffer, packing into datagrams, both acknowledgements, commit, release. Batches of 64,
 * as one turn of the event loop brings them; 1,024 keys in turn. Expected: about a microsecond
 * each.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class MasterBenchmark {

  private static final int BATCH = 64;
  private static final int KEYS = 1_024;

  private final PublishRequest[] requests = new PublishRequest[KEYS];
  private EntryLog log;
  private Master master;
  private int next;
  private long nanos;

  @Setup
  public void setUp() {
    var value = new Value(Bytes.wrap(new byte[100]), Value.OCTETS);
    for (int i = 0; i < KEYS; i++) {
      requests[i] =
          new PublishRequest(
              List.of(new Draft.Put(Key.of("bench/" + i), value, 0)),
              List.of(),
              Optional.empty(),
              AckLevel.DURABLE,
              PublishRequest.TIMEOUT_MILLIS_DEFAULT);
    }
    log = new EntryLog(Token.NONE);
    master =
        new Master(
            0,
            List.of(new NodeId("a"), new NodeId("b"), new NodeId("c")),
            new NodeId("site"),
            1,
            log,
            0,
            0,
            1,
            key -> Optional.empty(),
            0,
            new OrderOptions(64 << 20, 32 << 20, 5_000_000_000L, 8_900),
            new RecentRequests(),
            new Metrics(),
            0);
    master.start(0, 0);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int publishToCommit() {
    nanos += 1_000;
    int outputs = 0;
    for (int i = 0; i < BATCH; i++) {
      outputs += master.publish(next, requests[next++ & (KEYS - 1)], nanos, 1).size();
    }
    outputs += master.flush(nanos).size();
    long last = log.last().revision();
    outputs += master.onDurable(last, nanos).size();
    outputs += master.onAck(1, last, 0, nanos).size();
    outputs += master.onAck(2, last, 0, nanos).size();
    log.trim(last, 1 << 20);
    return outputs;
  }
}
