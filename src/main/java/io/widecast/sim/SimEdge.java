package io.widecast.sim;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.LogWrite;
import io.widecast.model.Filter;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.replication.IndexAsks;
import io.widecast.replication.wan.EdgeReceiver;
import io.widecast.wire.StreamFrame;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * An edge node: an {@link EdgeReceiver} with a disk and a map, on a stream from any core node, from
 * another one after each failure. It comes back with what its disk holds.
 */
final class SimEdge extends SimHost {

  private static final long RETRY_NANOS = 30_000_000L;
  private static final long SILENCE_NANOS = 2_500_000_000L; // as long as a keep-alive may be late
  private static final long LOG_RETRY_NANOS = 300_000_000L;
  private static final long CHECKPOINT_NANOS = 2_000_000_000L;

  private static final long HOME_READS = 1L << 32; // numbers of those from there on

  private final NodeId id;
  private final Filter filter;
  private final List<SimCore> cores;
  private final SimNetwork network;
  private final Checker checker;
  private final SplittableRandom random;
  private final LogDisk disk;
  private final long diskBytes;

  private EdgeReceiver receiver;
  private SimMap map;
  private Connection connection; // null while there is none
  private final SimReads reads;
  private final IndexAsks indexAsks = new IndexAsks(this::askHome, SimReads.UNREACHABLE);
  private long keyAsked = -1; // the read of a key that home does, one at a time

  SimEdge(
      Simulation sim,
      SimOptions run,
      int number,
      int index,
      Filter filter,
      List<SimCore> cores,
      SimNetwork network,
      Checker checker) {
    super(sim, number, "edge-" + index);
    this.id = new NodeId(name());
    this.filter = filter;
    this.cores = cores;
    this.network = network;
    this.checker = checker;
    this.random = sim.random(name());
    this.diskBytes = run.diskBytes();
    this.disk =
        new LogDisk(
            this,
            sim.random("disk of " + name()),
            () -> new SimLog(true),
            () ->
                run.realStores()
                    ? Optional.of(
                        new SimStore(id, true, diskBytes, sim.random("store of " + name())))
                    : Optional.empty(),
            run.writeNanosMax());
    this.reads =
        new SimReads(
            this,
            checker,
            sim.random("reads of " + name()),
            run.readNanosMax(),
            filter,
            () -> map,
            this::ask);
  }

  @Override
  protected void onStart() {
    disk.recover(0, sim.nowMillis());
    map = disk.log().mapAtCommit();
    receiver = new EdgeReceiver(map.at());
    sim.note(name() + " (" + filter + ") starts at " + map.at());
    checker.onEdgeStarted(this, map);
    connect();
    later(CHECKPOINT_NANOS, this::checkpoint);
    reads.start();
  }

  @Override
  protected void onCrash() {
    sim.note(name() + " crashes at " + map.at());
    disk.crash();
    onLost();
  }

  private void checkpoint() {
    disk.checkpoint(map, diskBytes, sim.nowMillis());
    later(CHECKPOINT_NANOS, this::checkpoint);
  }

  // ---- the stream

  private void connect() {
    if (connection != null) {
      return;
    }
    if (!receiver.isIdle()) {
      later(RETRY_NANOS, this::connect); // what is on its way to the disk comes first
      return;
    }
    SimCore to = cores.get(random.nextInt(cores.size()));
    connection = new Connection();
    connection.end = network.connect(this, to, connection);
    receiver.onConnected();
    connection.end.send(
        new StreamFrame.Greeting(
            id,
            id,
            Optional.of(filter),
            receiver.hasCopy() ? receiver.position() : Token.NONE,
            disk.held(map),
            "http://" + name()));
    watch(connection, 0);
  }

  /** A key of its own needs the index only; another one is read at home. */
  private void ask(long number, Optional<Key> key) {
    if (key.isEmpty()) {
      indexAsks.add(outcome -> reads.onAnswer(number, outcome));
    } else if (connection != null && keyAsked < 0) {
      keyAsked = number;
      connection.end.send(new StreamFrame.Read(HOME_READS + number, key));
    }
  }

  private boolean askHome(long number) {
    if (connection != null) {
      connection.end.send(new StreamFrame.Read(number, Optional.empty()));
    }
    return connection != null;
  }

  private void onReadDone(StreamFrame.ReadDone done) {
    if (done.number() == HOME_READS + keyAsked) {
      reads.onAnswer(keyAsked, done.outcome());
      keyAsked = -1;
    } else {
      indexAsks.onAnswer(done.number(), done.outcome());
    }
  }

  private void onLost() {
    connection = null;
    keyAsked = -1;
    indexAsks.onLost();
  }

  /** Gives the connection up when nothing has come for a while. */
  private void watch(Connection watched, long framesBefore) {
    later(
        SILENCE_NANOS,
        () -> {
          if (connection != watched) {
            return;
          }
          if (watched.frames == framesBefore) {
            reconnect("silence");
          } else {
            watch(watched, watched.frames);
          }
        });
  }

  private void reconnect(String why) {
    if (connection != null) {
      sim.fold(why.hashCode());
      SimStream.End end = connection.end;
      onLost();
      end.close();
      later(RETRY_NANOS, this::connect);
    }
  }

  private final class Connection implements SimStream.Handler {
    private SimStream.End end;
    private long frames;

    @Override
    public void onFrame(StreamFrame frame) {
      if (connection != this) {
        return;
      }
      frames++;
      if (frame instanceof StreamFrame.Entries entries) {
        checker.onEdgeReceived(SimEdge.this, entries.entries());
        perform(receiver.onEntries(entries));
      } else if (frame instanceof StreamFrame.CopyBegin begin) {
        perform(receiver.onCopyBegin(begin));
      } else if (frame instanceof StreamFrame.CopyRows rows) {
        perform(receiver.onCopyRows(rows));
      } else if (frame instanceof StreamFrame.CopyEnd copyEnd) {
        perform(receiver.onCopyEnd(copyEnd));
      } else if (frame instanceof StreamFrame.ReadDone done) {
        onReadDone(done);
      } else {
        throw new Violation("stream", frame + " arrives at " + name());
      }
    }

    @Override
    public void onClosed() {
      if (connection == this) {
        reconnect("closed");
      }
    }
  }

  private void perform(List<EdgeReceiver.Output> outputs) {
    for (EdgeReceiver.Output output : outputs) {
      if (output instanceof EdgeReceiver.Output.Send send) {
        if (connection != null) {
          connection.end.send(send.frame());
        }
      } else if (output instanceof EdgeReceiver.Output.WriteLog write) {
        write(write.write());
      } else if (output instanceof EdgeReceiver.Output.Commit commit) {
        commit(commit.committed());
      } else if (output instanceof EdgeReceiver.Output.Copy copy) {
        copy(copy.part());
      } else if (output instanceof EdgeReceiver.Output.Reconnect reconnect) {
        sim.note(name() + " reconnects: " + reconnect.why());
        reconnect(reconnect.why());
      } else {
        throw new AssertionError(output);
      }
    }
  }

  // ---- disk and map

  private void write(LogWrite write) {
    disk.write(
        write,
        new LogDisk.Done() {
          @Override
          public void durable() {
            perform(receiver.onLogDurable());
          }

          @Override
          public void failed() {
            later(LOG_RETRY_NANOS, () -> perform(List.of(receiver.retry())));
          }
        });
  }

  private void commit(Committed committed) {
    checker.onEdgeCommit(this, committed);
    committed.entries().forEach(entry -> map.apply(entry.entry()));
    map.moveTo(committed.upTo());
    disk.apply(committed);
    reads.onMoved();
  }

  private void copy(CopyPart part) {
    if (part instanceof CopyPart.Begin begin) {
      sim.note(name() + " is brought to " + begin.at() + ", changes " + begin.changed());
    }
    if (part instanceof CopyPart.End) {
      disk.endCopy(
          new LogDisk.Done() {
            @Override
            public void durable() {
              map = disk.log().mapAtCommit();
              sim.note(name() + " holds a copy at " + map.at());
              checker.onEdgeCopied(SimEdge.this, map);
              perform(receiver.onCopied());
              reads.onMoved();
            }

            @Override
            public void failed() {
              perform(receiver.onCopyFailed("disk full"));
            }
          });
    } else if (!disk.take(part, map)) {
      perform(receiver.onCopyFailed("the store refuses it"));
    }
  }

  // ---- for checks, and for what brings trouble

  SimReads reads() {
    return reads;
  }

  NodeId id() {
    return id;
  }

  Filter filter() {
    return filter;
  }

  SimMap map() {
    return map;
  }

  LogDisk disk() {
    return disk;
  }
}
