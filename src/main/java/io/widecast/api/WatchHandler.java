package io.widecast.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.widecast.model.Filter;
import io.widecast.watch.Selection;
import io.widecast.watch.Since;
import io.widecast.watch.Watch;
import java.util.Optional;

/**
 * {@code GET /v1/watch}: a watch as server-sent events, as NDJSON, or one answer at a time. An
 * answer that does not end says so by its bookmarks, and goes on for as long as the client reads.
 */
final class WatchHandler {

  static final String EVENTS = "text/event-stream";

  private static final long POLL_MILLIS_DEFAULT = 30_000;

  private final Vertx vertx;
  private final LocalNode node;
  private final Watches watches;
  private final FrameJson json;

  WatchHandler(Vertx vertx, LocalNode node, Watches watches, FrameJson json) {
    this.vertx = vertx;
    this.node = node;
    this.watches = watches;
    this.json = json;
  }

  private enum Format {
    EVENTS,
    NDJSON,
    LONGPOLL
  }

  void get(Exchange exchange) {
    Query query = exchange.query().only("match", "since", "format", "values", "timeout");
    Selection selection = Selection.parse(query.all("match"));
    Since since =
        exchange
            .header("Last-Event-ID")
            .filter(id -> !id.isEmpty())
            .or(() -> query.get("since"))
            .map(Since::parse)
            .orElse(Since.START);
    Format format = query.get("format").map(WatchHandler::format).orElseGet(() -> asked(exchange));
    boolean withValues = query.flag("values", true);
    long pollMillis =
        query.millis("timeout").map(WriteTerms::checkedTimeout).orElse(POLL_MILLIS_DEFAULT);
    exchange.at(node.viewForReading().token());
    node.filter()
        .map(Filter::toString)
        .ifPresent(
            text ->
                exchange.response().putHeader("Widecast-Filter", HeaderText.percentEncoded(text)));
    if (format == Format.LONGPOLL) {
      poll(exchange, selection, since, withValues, pollMillis);
    } else {
      stream(exchange, selection, since, format == Format.EVENTS, withValues);
    }
  }

  private static Format format(String text) {
    return switch (text) {
      case "sse" -> Format.EVENTS;
      case "ndjson" -> Format.NDJSON;
      case "longpoll" -> Format.LONGPOLL;
      default ->
          throw Query.bad("format is sse, ndjson or longpoll; this is '" + Query.shown(text) + "'");
    };
  }

  private static Format asked(Exchange exchange) {
    return Accept.of(exchange).choose(EVENTS, Exchange.NDJSON) == 0 ? Format.EVENTS : Format.NDJSON;
  }

  private void stream(
      Exchange exchange, Selection selection, Since since, boolean events, boolean withValues) {
    HttpServerResponse response = exchange.beginStream(events ? EVENTS : Exchange.NDJSON);
    response.putHeader("X-Accel-Buffering", "no"); // asks proxies not to collect it
    if (exchange.isHead()) {
      response.end();
      return;
    }
    response.writeHead();
    var sink = new HttpWatchSink(response, json, events, withValues);
    Watch watch = watches.open(selection, since, true, sink);
    response.drainHandler(v -> watches.rouse(watch));
    response.closeHandler(v -> watches.close(watch));
    response.exceptionHandler(e -> watches.close(watch));
  }

  private void poll(
      Exchange exchange, Selection selection, Since since, boolean withValues, long pollMillis) {
    HttpServerResponse response = exchange.beginStream(Exchange.JSON);
    if (exchange.isHead()) {
      response.end();
      return;
    }
    var poll = new Poll();
    var sink = new LongPoll(response, json, withValues, poll::end);
    poll.watch = Optional.of(watches.open(selection, since, true, sink));
    poll.timer = vertx.setTimer(pollMillis, id -> sink.timeout(poll.watch.flatMap(Watch::token)));
    response.drainHandler(v -> poll.watch.ifPresent(watches::rouse));
    response.closeHandler(v -> poll.end());
    response.exceptionHandler(e -> poll.end());
  }

  /** What has to end with a long-poll. */
  private final class Poll {
    private Optional<Watch> watch = Optional.empty();
    private long timer;

    private void end() {
      vertx.cancelTimer(timer);
      watch.ifPresent(watches::close);
      watch = Optional.empty();
    }
  }
}
