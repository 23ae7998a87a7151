package io.widecast.sim;

import io.widecast.model.AckLevel;
import io.widecast.model.Bytes;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.Key;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A client that writes: one frame of publishes after the other, each named, so that what became of
 * one is asked again, by the same name, when the answer was lost or left it open. Tells the checker
 * what it asked and what it was promised.
 */
final class SimPublisher extends SimHost {

  private static final long PATIENCE_NANOS = 2_000_000_000L;
  private static final int TRIES_MAX = 8;
  private static final int KEYS = 60;

  private final SimOptions run;
  private final List<SimCore> cores;
  private final SimNetwork network;
  private final Checker checker;
  private final SplittableRandom random;
  private final int index;

  private boolean stopped;
  private SimStream.End end; // null while not connected
  private int target; // core node that it asks
  private long nextNumber;
  private long nextRequest;
  private List<PublishRequest> asked = List.of(); // still open
  private long askedNumber;
  private int tries;
  private long answered;

  SimPublisher(
      Simulation sim,
      SimOptions run,
      int number,
      int index,
      List<SimCore> cores,
      SimNetwork network,
      Checker checker) {
    super(sim, number, "publisher-" + index);
    this.run = run;
    this.index = index;
    this.cores = cores;
    this.network = network;
    this.checker = checker;
    this.random = sim.random(name());
  }

  @Override
  protected void onStart() {
    think();
  }

  @Override
  protected void onCrash() {
    throw new IllegalStateException("publishers do not crash");
  }

  /** No new publishes from now on. */
  void stop() {
    stopped = true;
  }

  /** Whether nothing of its is open. */
  boolean isIdle() {
    return asked.isEmpty();
  }

  /** How many publishes were written and acknowledged. */
  long answered() {
    return answered;
  }

  private void think() {
    later(1 + random.nextLong(run.thinkNanosMax()), this::publish);
  }

  private void publish() {
    if (stopped) {
      return;
    }
    int count = random.nextInt(10) == 0 ? 1 + random.nextInt(40) : 1;
    asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      asked.add(draw());
    }
    checker.onAsked(asked);
    tries = 0;
    ask();
  }

  private void ask() {
    if (tries++ == TRIES_MAX) {
      asked = List.of(); // left open for good
      think();
      return;
    }
    long number = nextNumber++;
    askedNumber = number;
    connected().send(new StreamFrame.Publish(number, asked));
    later(
        PATIENCE_NANOS,
        () -> {
          if (askedNumber == number && !asked.isEmpty()) {
            turnElsewhere();
            ask();
          }
        });
  }

  private SimStream.End connected() {
    if (end == null || !end.stream().isOpen()) {
      var handler = new Answers();
      end = network.connect(this, cores.get(target), handler);
      handler.own = end;
    }
    return end;
  }

  private void turnElsewhere() {
    if (end != null) {
      end.close();
      end = null;
    }
    target = random.nextInt(cores.size());
  }

  private final class Answers implements SimStream.Handler {
    private SimStream.End own;

    @Override
    public void onFrame(StreamFrame frame) {
      if (frame instanceof StreamFrame.Outcomes outcomes && outcomes.number() == askedNumber) {
        onOutcomes(outcomes.outcomes());
      }
    }

    @Override
    public void onClosed() {
      if (end == own) {
        end = null;
        target = random.nextInt(cores.size());
        if (!asked.isEmpty()) {
          askAgain();
        }
      }
    }
  }

  private void askAgain() {
    long number = askedNumber;
    later(
        10_000_000 + random.nextLong(90_000_000),
        () -> {
          if (askedNumber == number && !asked.isEmpty()) {
            ask();
          }
        });
  }

  private void onOutcomes(List<PublishOutcome> outcomes) {
    var open = new ArrayList<PublishRequest>();
    for (int i = 0; i < outcomes.size(); i++) {
      PublishRequest request = asked.get(i);
      PublishOutcome outcome = outcomes.get(i);
      checker.onOutcome(request, outcome);
      if (outcome instanceof PublishOutcome.Written) {
        answered++;
      } else if (((PublishOutcome.Refused) outcome).code().retryable()) {
        open.add(request);
      }
    }
    asked = open;
    if (open.isEmpty()) {
      askedNumber = -1;
      think();
    } else {
      turnElsewhere();
      askAgain();
    }
  }

  // ---- what it asks for

  private PublishRequest draw() {
    int kind = random.nextInt(20);
    int pairs = kind < 3 ? 2 + random.nextInt(5) : 1;
    var drafts = new ArrayList<Draft>();
    int first = random.nextInt(KEYS);
    for (int i = 0; i < pairs; i++) {
      drafts.add(draft(key((first + i) % KEYS)));
    }
    List<Compare> compares =
        kind >= 3 && kind < 8 ? List.of(compare(drafts.get(0).key())) : List.of();
    long number = ++nextRequest;
    var id = new RequestId(index + 1, number, random.nextLong());
    return new PublishRequest(
        drafts, compares, Optional.of(id), level(), 300 + random.nextLong(3_000));
  }

  static Key key(int number) {
    return Key.of((number % 3 == 0 ? "city/" : number % 3 == 1 ? "price/" : "x/") + number);
  }

  private Draft draft(Key key) {
    if (random.nextInt(6) == 0) {
      return new Draft.Delete(key, false);
    }
    int size = random.nextInt(25) == 0 ? random.nextInt(run.valueBytesMax()) : random.nextInt(60);
    var bytes = new byte[size];
    random.nextBytes(bytes);
    return new Draft.Put(key, new Value(Bytes.wrap(bytes), Value.OCTETS), 0);
  }

  /** A condition as a client makes it: from what some node showed. */
  private Compare compare(Key key) {
    SimCore seenAt = cores.get(random.nextInt(cores.size()));
    Optional<Versioned> seen = seenAt.isUp() ? seenAt.map().find(key) : Optional.empty();
    if (seen.isEmpty()) {
      return random.nextBoolean() ? new Compare.Absent(key) : new Compare.AtRevision(key, 0);
    }
    Token token = seen.get().token();
    return switch (random.nextInt(3)) {
      case 0 -> new Compare.Present(key);
      case 1 -> new Compare.AtRevision(key, token.revision());
      default -> new Compare.AtToken(key, token);
    };
  }

  private AckLevel level() {
    int draw = random.nextInt(20);
    return draw < 3
        ? AckLevel.MEMORY
        : draw < 14 ? AckLevel.DURABLE : draw < 17 ? AckLevel.ALL : AckLevel.EDGE;
  }
}
