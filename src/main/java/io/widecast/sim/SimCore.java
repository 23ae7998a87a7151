package io.widecast.sim;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.EdgeReport;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Filter;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.model.Versioned;
import io.widecast.replication.CoreNode;
import io.widecast.replication.CoreOptions;
import io.widecast.replication.CoreOutput;
import io.widecast.replication.IndexAsks;
import io.widecast.replication.order.OrderOptions;
import io.widecast.replication.wan.EntryWindow;
import io.widecast.resync.ChangedRows;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanFrame.Range;
import io.widecast.wire.LanPacket;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A core node: a {@link CoreNode} with a disk, a map, and connections, as the verticles run it. It
 * decides nothing either; what it is told to do it does after a while, in order.
 */
final class SimCore extends SimHost {

  private static final long APPLY_NANOS_MAX = 1_000_000;
  private static final long GATHER_NANOS_MAX = 300_000; // inputs that share a turn
  private static final long CHECKPOINT_NANOS = 1_500_000_000L;
  private static final long REPORT_NANOS = 50_000_000L;
  private static final long COPY_RETRY_NANOS = 1_000_000L;
  private static final long WINDOW_BYTES = 32 << 10;
  private static final int TIMER_CALLS_MAX = 1_000; // at one time
  private static final int COPY_REQUESTS = 50; // a frame
  private static final int COPY_PIECE_BYTES = 400;
  private static final long COPY_SILENCE_NANOS = 3_000_000_000L;

  private final CoreOptions options;
  private final long diskBytes;
  private final SimNetwork network;
  private final Checker checker;
  private final SplittableRandom random;
  private final SplittableRandom decisions; // what the core itself draws from
  private final LogDisk disk;
  private final Metrics metrics = new Metrics();
  private final long skewMillis; // of its wall clock
  private final List<EdgeServing> served = new ArrayList<>();
  private final Map<Long, Answer> answers = new TreeMap<>(); // by ticket
  private final int slot;
  private List<SimCore> cores = List.of();
  private Runnable voted = () -> {};

  private CoreNode core;
  private SimMap map;
  private EntryWindow window;
  private long startNanos;
  private boolean turnComing;
  private long armedAtNanos;
  private long lastApplyAtNanos;
  private int copies; // taken in this life: what was to be applied before is in them
  private long nextTicket;
  private long timerCalledAtNanos;
  private int timerCalls;
  private SimStream.End masterLink; // for fetches and reports; null while there is none
  private int masterLinkSlot;
  private final SimReads reads;
  private final Map<Long, Consumer<ReadOutcome>> ownReads = new TreeMap<>(); // by ticket
  private IndexAsks indexAsks; // of the master
  private final List<Awaiting> awaiting = new ArrayList<>(); // for the map to come as far
  private long nextRead;

  /** To be done once the map is at a position. */
  private record Awaiting(Token at, Runnable action) {}

  private record Answer(
      SimStream.End end, long number, int index, PublishRequest request, Outcomes outcomes) {}

  /** The answers to one frame of publishes, as they come. */
  private static final class Outcomes {
    private final PublishOutcome[] all;
    private int missing;

    private Outcomes(int count) {
      all = new PublishOutcome[count];
      missing = count;
    }
  }

  SimCore(
      Simulation sim,
      SimOptions run,
      int slot,
      List<NodeId> electorate,
      SimNetwork network,
      Checker checker) {
    super(sim, slot, electorate.get(slot).text());
    this.slot = slot;
    this.network = network;
    this.checker = checker;
    this.random = sim.random("core" + slot);
    this.decisions = sim.random("decisions" + slot);
    this.diskBytes = run.diskBytes();
    this.disk =
        new LogDisk(
            this,
            sim.random("disk" + slot),
            () -> new SimLog(false),
            () ->
                run.realStores()
                    ? Optional.of(
                        new SimStore(
                            electorate.get(slot), false, diskBytes, sim.random("store" + slot)))
                    : Optional.empty(),
            run.writeNanosMax());
    this.skewMillis = random.nextInt(10_000) - 5_000;
    this.reads =
        new SimReads(
            this,
            checker,
            sim.random("reads" + slot),
            run.readNanosMax(),
            Filter.ALL,
            () -> map,
            (number, key) -> askIndex(outcome -> reads().onAnswer(number, outcome)));
    this.options =
        new CoreOptions(
            slot,
            electorate,
            new NodeId("home"),
            7400 + slot,
            7500 + slot,
            "http://" + name(),
            run.logBytes(),
            true,
            new OrderOptions(
                run.bufferBytes(),
                run.bufferBytes() / 2,
                run.staleAfterNanos(),
                run.entriesBytes()));
  }

  void meet(List<SimCore> everyone) {
    cores = everyone;
  }

  /** Has {@code action} run whenever it has given a vote. */
  void onVoted(Runnable action) {
    voted = action;
  }

  // ---- life

  @Override
  protected void onStart() {
    startNanos =
        sim.nowNanos() - random.nextLong(1_000_000_000_000L); // each has a clock of its own
    Recovery recovery = disk.recover(random.nextInt(4) == 0 ? 20 : Integer.MAX_VALUE, nowMillis());
    map = disk.log().mapAtCommit();
    window = new EntryWindow(map.at(), WINDOW_BYTES);
    core = new CoreNode(options, recovery, reader(), decisions.split(), metrics, nowNanos());
    indexAsks = new IndexAsks(this::askMaster, SimReads.UNREACHABLE);
    turnComing = false;
    armedAtNanos = CoreNode.NEVER;
    lastApplyAtNanos = 0;
    sim.note(name() + " starts at " + map.at() + ", log end " + disk.log().end());
    checker.onCoreStarted(this, map);
    arm();
    later(CHECKPOINT_NANOS, this::checkpoint);
    later(random.nextLong(REPORT_NANOS), this::report);
    reads.start();
  }

  @Override
  protected void onCrash() {
    sim.note(name() + " crashes at " + map.at());
    disk.crash();
    checker.onCoreStopped(this);
    core = null;
    served.clear();
    answers.clear();
    ownReads.clear();
    awaiting.clear();
    masterLink = null;
  }

  /** While it is down its disk is replaced by an empty one. */
  void loseDisk() {
    sim.note(name() + " has lost its disk");
    checker.onDiskLost(this);
    disk.lose();
  }

  private void checkpoint() {
    disk.checkpoint(map, diskBytes, nowMillis());
    later(CHECKPOINT_NANOS, this::checkpoint);
  }

  private long nowNanos() {
    return sim.nowNanos() - startNanos;
  }

  private long nowMillis() {
    return sim.nowMillis() + skewMillis;
  }

  // ---- turns

  void onPacket(LanPacket packet, boolean multicast) {
    core.onPacket(packet, multicast, nowNanos(), nowMillis());
    turn();
  }

  /** Ends the turn now, or lets a few more inputs come in first. */
  private void turn() {
    if (turnComing) {
      return;
    }
    turnComing = true;
    if (random.nextInt(4) == 0) {
      later(random.nextLong(GATHER_NANOS_MAX), this::endTurn);
    } else {
      endTurn();
    }
  }

  private void endTurn() {
    turnComing = false;
    List<CoreOutput> outputs = core.endTurn(nowNanos());
    checker.onTurn(this);
    outputs.forEach(this::perform);
    arm();
  }

  private void arm() {
    long atNanos = core.nextTimerNanos() + startNanos;
    if (atNanos < armedAtNanos || armedAtNanos <= sim.nowNanos()) {
      armedAtNanos = atNanos;
      long delay = Math.max(0, atNanos - sim.nowNanos());
      later(delay, () -> onTimer(atNanos));
    }
  }

  private void onTimer(long armedFor) {
    if (armedFor != armedAtNanos) {
      return; // an earlier time was set since
    }
    armedAtNanos = CoreNode.NEVER;
    timerCalls = timerCalledAtNanos == sim.nowNanos() ? timerCalls + 1 : 0;
    timerCalledAtNanos = sim.nowNanos();
    if (timerCalls > TIMER_CALLS_MAX) {
      throw new Violation("liveness", name() + " sets its timer to the past for ever");
    }
    core.onTimer(nowNanos(), nowMillis());
    turnComing = true;
    endTurn();
  }

  private void perform(CoreOutput output) {
    if (output instanceof CoreOutput.Multicast send) {
      multicast(send.packet());
    } else if (output instanceof CoreOutput.Unicast send) {
      network.unicast(this, send.slot(), send.packet());
      if (send.packet().frame() instanceof LanFrame.VoteReply vote
          && vote.granted()
          && !vote.trial()) {
        later(0, voted);
      }
    } else if (output instanceof CoreOutput.WriteLog write) {
      write(write.write());
    } else if (output instanceof CoreOutput.Commit commit) {
      onCommit(commit.committed());
    } else if (output instanceof CoreOutput.Reply reply) {
      answer(reply.ticket(), reply.outcome());
    } else if (output instanceof CoreOutput.ReadReply reply) {
      ownReads.remove(reply.ticket()).accept(reply.outcome());
    } else if (output instanceof CoreOutput.Fetch fetch) {
      fetch(fetch.slot(), fetch.range());
    } else if (output instanceof CoreOutput.TakeCopy copy) {
      takeCopy(copy.slot(), copy.atLeast());
    } else if (output instanceof CoreOutput.RoleChanged role) {
      onRole(role);
    } else {
      throw new AssertionError(output);
    }
  }

  /** A greeting goes to each by itself as well, as the shell does it where it knows addresses. */
  private void multicast(LanPacket packet) {
    network.multicast(this, packet);
    if (packet.frame() instanceof LanFrame.Hello) {
      for (SimCore other : cores) {
        if (other != this) {
          network.unicast(this, other.slot(), packet);
        }
      }
    }
  }

  private void onRole(CoreOutput.RoleChanged role) {
    if (role.master()) {
      sim.note(name() + " is master of term " + role.term());
      checker.onMaster(this, role.term());
    }
    dropMasterLink();
  }

  // ---- disk and map

  private void write(LogWrite write) {
    disk.write(
        write,
        new LogDisk.Done() {
          @Override
          public void durable() {
            core.onLogDurable(nowNanos(), nowMillis());
            turn();
          }

          @Override
          public void failed() {
            core.onLogFailed(nowNanos());
            turn();
          }
        });
  }

  private void onCommit(Committed committed) {
    checker.onCoreCommit(this, committed);
    int copy = copies;
    lastApplyAtNanos =
        Math.max(lastApplyAtNanos, sim.nowNanos() + random.nextLong(APPLY_NANOS_MAX));
    later(lastApplyAtNanos - sim.nowNanos(), () -> apply(committed, copy));
  }

  private void apply(Committed committed, int copy) {
    if (copy != copies) {
      return;
    }
    committed.entries().forEach(entry -> map.apply(entry.entry()));
    disk.apply(committed);
    core.onApplied(reader(), committed.upTo().revision(), committed.entries());
    window.onApplied(committed.entries(), committed.upTo());
    shown();
    List.copyOf(served).forEach(EdgeServing::pump);
    onMoved();
    turn();
  }

  private void onMoved() {
    reads.onMoved();
    for (Awaiting one : List.copyOf(awaiting)) {
      if (map.at().compareTo(one.at()) >= 0) {
        awaiting.remove(one);
        one.action().run();
      }
    }
  }

  private void shown() {
    if (core.isDecided()) {
      checker.onShown(this, map.at());
    }
  }

  private Function<Key, Optional<Versioned>> reader() {
    SimMap current = map;
    return current::find;
  }

  // ---- connections to the master

  private void fetch(int from, Range range) {
    if (from >= 0 && from != slot) {
      masterLink(from).send(new StreamFrame.Fetch(range));
    }
  }

  private SimStream.End masterLink(int to) {
    if (masterLink == null || masterLinkSlot != to || !masterLink.stream().isOpen()) {
      masterLinkSlot = to;
      masterLink = network.connect(this, cores.get(to), new MasterLinkHandler());
      masterLink.send(greeting());
    }
    return masterLink;
  }

  private void dropMasterLink() {
    if (masterLink != null) {
      masterLink.close();
      masterLink = null;
      indexAsks.onLost();
    }
  }

  private StreamFrame greeting() {
    return new StreamFrame.Greeting(
        options.id(),
        options.site(),
        Optional.empty(),
        Token.NONE,
        Holding.NOTHING,
        options.http());
  }

  private final class MasterLinkHandler implements SimStream.Handler {
    @Override
    public void onFrame(StreamFrame frame) {
      if (frame instanceof StreamFrame.Fetched fetched) {
        core.onFetched(fetched.term(), fetched.entries(), nowNanos());
        turn();
      } else if (frame instanceof StreamFrame.ReadDone done) {
        indexAsks.onAnswer(done.number(), done.outcome());
      }
    }

    @Override
    public void onClosed() {
      indexAsks.onLost();
    }
  }

  // ---- reads at the master

  /** How far the map must be for a read that comes now, from the master, wherever that is. */
  private void askIndex(Consumer<ReadOutcome> then) {
    if (core.isMaster()) {
      readHere(then);
    } else {
      indexAsks.add(then);
    }
  }

  private void readHere(Consumer<ReadOutcome> then) {
    long ticket = nextRead++;
    ownReads.put(ticket, then);
    core.read(ticket, nowNanos());
    turn();
  }

  private boolean askMaster(long number) {
    if (core.masterSlot() < 0 || core.isMaster()) {
      return false;
    }
    masterLink(core.masterSlot()).send(new StreamFrame.Read(number, Optional.empty()));
    return true;
  }

  /** A core node asks for the index only, and only the master; an edge node may want it read. */
  private void onRead(SimStream.End end, boolean fromCore, StreamFrame.Read read) {
    if (fromCore) {
      readHere(outcome -> end.send(new StreamFrame.ReadDone(read.number(), outcome)));
    } else {
      askIndex(outcome -> onIndex(end, read, outcome));
    }
  }

  private void onIndex(SimStream.End end, StreamFrame.Read read, ReadOutcome outcome) {
    if (!(outcome instanceof ReadOutcome.At at) || read.key().isEmpty()) {
      end.send(new StreamFrame.ReadDone(read.number(), outcome));
    } else if (map.at().compareTo(at.index()) < 0) {
      awaiting.add(new Awaiting(at.index(), () -> onIndex(end, read, outcome)));
    } else {
      var found = new ReadOutcome.At(map.at(), map.find(read.key().get()));
      end.send(new StreamFrame.ReadDone(read.number(), found));
    }
  }

  private void report() {
    later(REPORT_NANOS, this::report);
    int master = core.masterSlot();
    if (served.isEmpty() || master < 0 && !core.isMaster()) {
      return;
    }
    var report = new EdgeReport(served.stream().map(EdgeServing::report).toList());
    if (core.isMaster()) {
      onReport(report);
    } else {
      masterLink(master).send(new StreamFrame.Report(report));
    }
  }

  private void onReport(EdgeReport report) {
    if (core.isMaster()) {
      checker.onReport(report);
    }
    core.onEdgeReport(report, nowNanos());
    turn();
  }

  private void takeCopy(int from, Token atLeast) {
    sim.note(name() + " takes a copy from slot " + from);
    if (from < 0 || from == slot) {
      copyFailed();
      return;
    }
    Holding held = disk.held(map);
    Token reach = held.first().compareTo(atLeast) > 0 ? held.first() : atLeast;
    var handler = new CopyHandler();
    SimStream.End end = network.connect(this, cores.get(from), handler);
    handler.end = end;
    end.send(greeting());
    end.send(new StreamFrame.AskCopy(reach, held));
    handler.watch();
  }

  /** The store has met damage. */
  void damage() {
    if (isUp() && !isPaused()) {
      sim.note(name() + " is damaged: " + core.onDamaged(nowNanos(), nowMillis()));
      turn();
    }
  }

  /** If this is the master it lets another one order. */
  void handOver() {
    if (isUp() && !isPaused() && core.isMaster()) {
      sim.note(name() + " hands over to " + core.handOver(nowNanos()));
      turn();
    }
  }

  private void copyFailed() {
    sim.note(name() + " did not get its copy");
    later(
        0,
        () -> {
          core.onCopyFailed(nowNanos());
          turn();
        });
  }

  /** Takes a copy in, which counts when all of it has come and is on disk. */
  private final class CopyHandler implements SimStream.Handler {
    private final List<RecentRequest> requests = new ArrayList<>();
    private SimStream.End end;
    private long keys;
    private boolean ended;
    private int frames;

    /** Gives it up when nothing comes for a while. */
    private void watch() {
      int before = frames;
      later(
          COPY_SILENCE_NANOS,
          () -> {
            if (frames == before) {
              end.close();
            } else {
              watch();
            }
          });
    }

    @Override
    public void onFrame(StreamFrame frame) {
      frames++;
      if (frame instanceof StreamFrame.CopyBegin begin) {
        sim.note(name() + " is brought to " + begin.at() + ", changes " + begin.changed());
        take(new CopyPart.Begin(begin.at(), begin.changed()));
      } else if (frame instanceof StreamFrame.CopyRows part) {
        keys += part.piece().count();
        take(new CopyPart.Piece(part.piece()));
      } else if (frame instanceof StreamFrame.CopyRequests part) {
        requests.addAll(part.requests());
        take(new CopyPart.Requests(part.requests()));
      } else if (frame instanceof StreamFrame.CopyEnd copyEnd) {
        ended = true;
        end.close();
        if (copyEnd.keys() != keys) {
          throw new Violation("copy", keys + " keys of " + copyEnd.keys() + " at " + name());
        }
        disk.endCopy(
            new LogDisk.Done() {
              @Override
              public void durable() {
                copied(copyEnd.at(), requests);
              }

              @Override
              public void failed() {
                copyFailed();
              }
            });
      }
    }

    private void take(CopyPart part) {
      if (!disk.take(part, map)) {
        end.close();
      }
    }

    @Override
    public void onClosed() {
      if (!ended) {
        copyFailed();
      }
    }
  }

  private void copied(Token position, List<RecentRequest> requests) {
    copies++;
    metrics.increment(Metric.COPIES_TAKEN); // as the store does
    map = disk.log().mapAtCommit();
    sim.note(name() + " holds a copy at " + position);
    core.onCopied(position, requests, reader(), nowNanos());
    checker.onCoreCopied(this, position, map);
    window.onJump(position);
    shown();
    List.copyOf(served).forEach(EdgeServing::jump);
    onMoved();
    turn();
  }

  // ---- connections of others

  @Override
  protected SimStream.Handler onAccept(SimStream.End end) {
    return new Served(end);
  }

  private final class Served implements SimStream.Handler {
    private final SimStream.End end;
    private EdgeServing edge; // null unless an edge node is at the other end

    private Served(SimStream.End end) {
      this.end = end;
    }

    @Override
    public void onFrame(StreamFrame frame) {
      if (frame instanceof StreamFrame.Greeting greeting) {
        if (greeting.filter().isPresent()) {
          edge = new EdgeServing(SimCore.this, end, greeting, window);
          served.add(edge);
          edge.start();
        }
      } else if (frame instanceof StreamFrame.Ack ack) {
        edge.onAck(ack.position());
      } else if (frame instanceof StreamFrame.Fetch fetch) {
        end.send(new StreamFrame.Fetched(core.isMaster() ? core.term() : 0, held(fetch.range())));
      } else if (frame instanceof StreamFrame.AskCopy ask) {
        sendCopyToCore(end, ask.atLeast(), ask.held());
      } else if (frame instanceof StreamFrame.Publish publish) {
        publish(end, publish);
      } else if (frame instanceof StreamFrame.Read read) {
        onRead(end, edge == null, read);
      } else if (frame instanceof StreamFrame.Report report) {
        onReport(report.report());
      } else {
        throw new Violation("stream", frame + " arrives at " + name());
      }
    }

    @Override
    public void onClosed() {
      served.remove(edge);
    }
  }

  private List<EncodedEntry> held(Range range) {
    var found = new ArrayList<EncodedEntry>();
    if (core.isMaster()) {
      for (long r = range.first(); r <= range.last() && core.log().holds(r); r++) {
        found.add(core.log().get(r));
      }
    }
    return found;
  }

  /** As the shell does it: the requests that the map of now holds the work of go before it. */
  private void sendCopyToCore(SimStream.End end, Token atLeast, Holding held) {
    if (!end.stream().isOpen()) {
      return;
    }
    if (map.at().compareTo(atLeast) < 0) {
      later(COPY_RETRY_NANOS, () -> sendCopyToCore(end, atLeast, held));
      return;
    }
    Optional<List<RecentRequest>> known = core.requestsUpTo(map.at());
    if (known.isEmpty()) {
      end.close();
      return;
    }
    var sending = new CopySending(end, Filter.ALL, held, at -> {});
    for (int from = 0; from < known.get().size(); from += COPY_REQUESTS) {
      int to = Math.min(known.get().size(), from + COPY_REQUESTS);
      end.send(new StreamFrame.CopyRequests(known.get().subList(from, to)));
    }
    sending.next();
  }

  /** An edge node that holds more than this one waits for it. */
  void sendCopyToEdge(SimStream.End end, Filter filter, Holding held, Consumer<Token> sent) {
    if (!end.stream().isOpen()) {
      return;
    }
    if (map.at().compareTo(held.first()) < 0) {
      later(COPY_RETRY_NANOS, () -> sendCopyToEdge(end, filter, held, sent));
      return;
    }
    new CopySending(end, filter, held, sent).next();
  }

  /** What brings somebody's copy to the map of now, in parts, each a moment after the other. */
  private final class CopySending {
    private final SimStream.End end;
    private final Token at = map.at();
    private final ChangedRows rows;
    private final Consumer<Token> sent;
    private long keys;

    private CopySending(SimStream.End end, Filter filter, Holding held, Consumer<Token> sent) {
      this.end = end;
      this.sent = sent;
      Optional<ChangedSince> changed = disk.changedSince(held, at);
      Iterator<KeyVersion> all = map.rows(Filter.ALL).iterator();
      this.rows =
          changed
              .map(known -> ChangedRows.since(held, known, all, UnaryOperator.identity(), filter))
              .orElseGet(() -> ChangedRows.whole(all, filter));
      end.send(new StreamFrame.CopyBegin(at, changed));
    }

    private void next() {
      Optional<CopyPiece> piece = rows.next(COPY_PIECE_BYTES);
      if (piece.isEmpty()) {
        end.send(new StreamFrame.CopyEnd(at, keys));
        sent.accept(at);
        return;
      }
      if (network.breaksCopy()) {
        sim.note(name() + " breaks off a copy");
        end.close();
        return;
      }
      keys += piece.get().count();
      end.send(new StreamFrame.CopyRows(piece.get()));
      later(random.nextLong(2_000_000), this::next);
    }
  }

  private void publish(SimStream.End end, StreamFrame.Publish publish) {
    var outcomes = new Outcomes(publish.requests().size());
    for (int i = 0; i < publish.requests().size(); i++) {
      long ticket = nextTicket++;
      PublishRequest request = publish.requests().get(i);
      answers.put(ticket, new Answer(end, publish.number(), i, request, outcomes));
      core.publish(ticket, request, nowNanos(), nowMillis());
    }
    turn();
  }

  private void answer(long ticket, PublishOutcome outcome) {
    Answer answer = answers.remove(ticket);
    if (answer == null) {
      throw new Violation("one answer", name() + " answers ticket " + ticket + " again");
    }
    checker.onAnswer(this, answer.request(), outcome);
    answer.outcomes().all[answer.index()] = outcome;
    if (--answer.outcomes().missing == 0) {
      answer.end().send(new StreamFrame.Outcomes(answer.number(), List.of(answer.outcomes().all)));
    }
  }

  // ---- for its streams, for checks, and for what brings trouble

  long localNanos() {
    return nowNanos();
  }

  EntryWindow window() {
    return window;
  }

  LogDisk disk() {
    return disk;
  }

  CoreNode core() {
    return core;
  }

  SimMap map() {
    return map;
  }

  SimReads reads() {
    return reads;
  }

  Metrics metrics() {
    return metrics;
  }

  long bufferBytesMax() {
    return options.order().bufferBytes();
  }

  int slot() {
    return slot;
  }

  int electorate() {
    return options.electorate().size();
  }
}
