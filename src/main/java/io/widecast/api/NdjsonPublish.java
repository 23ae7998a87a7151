package io.widecast.api;

import io.vertx.core.buffer.Buffer;
import io.widecast.api.json.JsonBytes;
import io.widecast.api.json.PublishJson;
import io.widecast.model.Draft;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishOutcome.Written;
import io.widecast.model.PublishRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A stream of publishes, one a line. Lines go to the replication in batches, several of which may
 * be under way; when there are too many, or their answers come late, the client has to wait. The
 * first line that is malformed or refused ends it: nothing that comes after is sent, and the answer
 * has its number, from 1. Lines behind a refused one that are under way by then cannot be called
 * back: they are waited for, and the answer counts what became of them too. Lives as long as its
 * request, on its event loop.
 */
final class NdjsonPublish {

  private static final int BATCHES_IN_FLIGHT_MAX = 32;

  /** A small part of a lease: the replication has more to do than to take lines in. */
  private static final long QUEUEING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Beyond these under way a batch waits to be filled: the answers of others take time anyway. */
  private static final int BATCHES_UNFILLED_MAX = 2;

  private static final class Batch {
    private final List<PublishRequest> requests = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();
    private long bytes;
    private long sentNanos;
    private Optional<List<PublishOutcome>> outcomes = Optional.empty();
  }

  /** What ended the stream early. */
  private record Failure(long line, WidecastException cause) {}

  private final Exchange exchange;
  private final Writes writes;
  private final WriteTerms terms;
  private final Optional<String> idempotencyKey;
  private final LineSplitter splitter =
      new LineSplitter(PublishHandler.BODY_BYTES_MAX, this::onLine);
  private final ArrayDeque<Batch> inFlight = new ArrayDeque<>();
  private final DelayWindow window = new DelayWindow(BATCHES_IN_FLIGHT_MAX, QUEUEING_NANOS);
  private Batch next = new Batch();
  private long line;
  private long published;
  private long undecided; // lines that may or may not come: nobody could say
  private Optional<Token> first = Optional.empty();
  private Optional<Token> last = Optional.empty();
  private Optional<Failure> failure = Optional.empty();
  private boolean paused;
  private boolean inputOver;
  private boolean answered;

  NdjsonPublish(
      Exchange exchange, Writes writes, WriteTerms terms, Optional<String> idempotencyKey) {
    this.exchange = exchange;
    this.writes = writes;
    this.terms = terms;
    this.idempotencyKey = idempotencyKey;
  }

  void run() {
    exchange.checkNotCompressed();
    exchange.request().handler(this::onChunk);
    exchange.request().endHandler(v -> onEnd());
    exchange.request().exceptionHandler(e -> answered = true); // the client is gone
    exchange.proceed();
  }

  private void onChunk(Buffer chunk) {
    if (inputOver) {
      return; // behind a bad line
    }
    read(() -> splitter.add(chunk.getBytes()));
    sendUnfilled();
    answerWhenDone();
    if (inFlight.size() >= window.size() && !inputOver) {
      paused = true;
      exchange.request().pause();
    }
  }

  private void onEnd() {
    if (!inputOver) {
      read(splitter::end);
      inputOver = true;
    }
    send();
    answerWhenDone();
  }

  /** Runs what hands out lines; a line that gets too long ends the input. */
  private void read(Runnable lines) {
    try {
      lines.run();
    } catch (WidecastException e) {
      fail(new Failure(line + 1, e));
    }
  }

  private void onLine(byte[] bytes, int from, int to) {
    if (inputOver) {
      return; // the rest of a chunk, behind a bad line
    }
    line++;
    if (isBlank(bytes, from, to)) {
      return;
    }
    try {
      add(PublishJson.pair(bytes, from, to));
    } catch (WidecastException e) {
      fail(new Failure(line, e));
    }
  }

  private void add(Draft draft) {
    Optional<RequestId> id = idempotencyKey.map(key -> RequestIds.ofLine(key, line, draft));
    next.requests.add(
        new PublishRequest(List.of(draft), List.of(), id, terms.ack(), terms.timeoutMillis()));
    next.lines.add(line);
    next.bytes += draft.contentBytes();
    if (next.requests.size() >= Publisher.BATCH_REQUESTS_MAX
        || next.bytes >= Publisher.BATCH_BYTES_MAX) {
      send();
    }
  }

  private void sendUnfilled() {
    if (inputOver || inFlight.size() < BATCHES_UNFILLED_MAX) {
      send();
    }
  }

  private void send() {
    if (next.requests.isEmpty()) {
      return;
    }
    Batch batch = next;
    next = new Batch();
    inFlight.addLast(batch);
    batch.sentNanos = System.nanoTime();
    writes
        .publisher()
        .publishAll(batch.requests)
        .onSuccess(
            outcomes -> {
              window.onAnswer(System.nanoTime() - batch.sentNanos);
              batch.outcomes = Optional.of(outcomes);
              settle();
            });
  }

  /** Takes in what is decided, in the order of the lines. */
  private void settle() {
    while (!inFlight.isEmpty() && inFlight.getFirst().outcomes.isPresent()) {
      Batch batch = inFlight.removeFirst();
      List<PublishOutcome> outcomes = batch.outcomes.get();
      for (int i = 0; i < outcomes.size(); i++) {
        settle(batch.lines.get(i), outcomes.get(i));
      }
    }
    sendUnfilled();
    if (paused && inFlight.size() <= window.size() / 2) {
      paused = false;
      exchange.request().resume();
    }
    answerWhenDone();
  }

  private void settle(long ofLine, PublishOutcome outcome) {
    if (outcome instanceof Written written) {
      countWritten(written.token());
    } else if (outcome instanceof PublishOutcome.Refused refused) {
      next = new Batch(); // what was read behind it is not sent
      count(refused);
      fail(new Failure(ofLine, refused.toException()));
    } else {
      throw new AssertionError(outcome);
    }
  }

  /** A repeated line is answered with its earlier position, so they need not rise. */
  private void countWritten(Token at) {
    published++;
    first = first.filter(lowest -> lowest.compareTo(at) <= 0).or(() -> Optional.of(at));
    last = last.filter(highest -> highest.compareTo(at) >= 0).or(() -> Optional.of(at));
  }

  /** A line that failed may have been written all the same, as one that came too late was. */
  private void count(PublishOutcome.Refused refused) {
    Object written = refused.extras().get("written");
    if (Boolean.TRUE.equals(written) && refused.extras().get("token") instanceof String at) {
      countWritten(Token.parse(at));
    } else if (refused.code().status() >= 500 && !Boolean.FALSE.equals(written)) {
      undecided++;
    }
  }

  private void fail(Failure found) {
    if (failure.isEmpty() || found.line() < failure.get().line()) {
      failure = Optional.of(found);
    }
    inputOver = true;
  }

  private void answerWhenDone() {
    if (!inputOver || !inFlight.isEmpty() || !next.requests.isEmpty() || answered) {
      return;
    }
    answered = true;
    if (failure.isPresent()) {
      answerFailure(failure.get());
    } else if (last.isEmpty()) {
      exchange.sendJson(200, summary(0).endObject());
    } else {
      writes
          .shown(
              new Written(last.get(), 1, false), terms.ack(), terms.timeoutMillis(), terms.showAt())
          .onSuccess(written -> answer(written.token()))
          .onFailure(e -> exchange.fail(withCounts(Problems.expected(e))));
    }
  }

  private void answer(Token end) {
    JsonBytes json = summary(end.revision());
    json.name("token").string(end.toString()).name("epoch").number(end.epoch());
    exchange.at(end).sendJson(200, json.endObject());
  }

  /** Revisions are 0 where nothing was published. */
  private JsonBytes summary(long lastRevision) {
    return new JsonBytes(128)
        .beginObject()
        .name("published")
        .number(published)
        .name("firstRevision")
        .number(first.map(Token::revision).orElse(0L))
        .name("lastRevision")
        .number(lastRevision);
  }

  private void answerFailure(Failure found) {
    var extras = new HashMap<>(found.cause().extras());
    extras.put("line", found.line());
    String detail = "line " + found.line() + ": " + found.cause().detail();
    exchange.fail(withCounts(new WidecastException(found.cause().code(), detail, extras)));
  }

  /** {@code problem} with what was written in spite of it, by all lines together. */
  private WidecastException withCounts(WidecastException problem) {
    var extras = new HashMap<>(problem.extras());
    extras.put("published", published);
    extras.put("firstRevision", first.map(Token::revision).orElse(0L));
    extras.put("lastRevision", last.map(Token::revision).orElse(0L));
    extras.remove("written"); // that of one line
    if (published > 0 || undecided == 0) {
      extras.put("written", published > 0);
    }
    if (undecided > 0) {
      extras.put("undecided", undecided);
    }
    return new WidecastException(problem.code(), problem.detail(), extras);
  }

  private static boolean isBlank(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != ' ' && bytes[i] != '\r' && bytes[i] != '\t') {
        return false;
      }
    }
    return true;
  }
}
