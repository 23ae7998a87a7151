package io.widecast.api;

import io.vertx.core.Future;
import io.widecast.model.AckLevel;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishOutcome.Written;
import io.widecast.model.PublishRequest;
import io.widecast.model.WidecastException;
import java.util.Map;
import java.util.Optional;

/**
 * A write from request to answer: published, then, unless only ordering was asked for, waited for
 * until this node shows it, so that whoever wrote here also reads it here and the node's position
 * does not seem to go back; then waited for elsewhere if asked. On the instance's event loop.
 */
final class Writes {

  /**
   * A write is answered even when this node's own copy needs longer than this to show it, as an
   * edge node's may: the level asked for was reached.
   */
  static final long OWN_COPY_MILLIS_MAX = 1_000;

  private final Publisher publisher;
  private final LocalNode node;

  Writes(Publisher publisher, LocalNode node) {
    this.publisher = publisher;
    this.node = node;
  }

  Publisher publisher() {
    return publisher;
  }

  /** The write's position; the future fails with {@link WidecastException}. */
  Future<Written> write(PublishRequest request, WriteTerms.Wait wait) {
    Future<PublishOutcome> outcome = publisher.publish(request);
    return outcome.compose(
        result -> {
          if (result instanceof Written written) {
            return shown(written, request.ack(), request.timeoutMillis(), wait);
          }
          if (result instanceof PublishOutcome.Refused refused) {
            return Future.failedFuture(refused.toException());
          }
          throw new AssertionError(result);
        });
  }

  /** {@code written}, once it shows where it should. */
  Future<Written> shown(Written written, AckLevel ack, long timeoutMillis, WriteTerms.Wait wait) {
    boolean alreadyShown = node.view().token().compareTo(written.token()) >= 0;
    Future<Written> here =
        ack == AckLevel.MEMORY || alreadyShown
            ? Future.succeededFuture(written)
            : node.reaches(written.token(), Math.min(timeoutMillis, OWN_COPY_MILLIS_MAX))
                .map(written);
    return wait == WriteTerms.Wait.NONE
        ? here
        : here.compose(w -> visible(w, ack, timeoutMillis, wait));
  }

  private Future<Written> visible(
      Written written, AckLevel ack, long timeoutMillis, WriteTerms.Wait wait) {
    Optional<String> site =
        wait == WriteTerms.Wait.SITE
            ? Optional.of(node.options().siteId().text())
            : Optional.empty();
    return node.visibleAt(written.token().revision(), site, timeoutMillis)
        .map(
            missing -> {
              if (!missing.isEmpty()) {
                throw new WidecastException(
                    ErrorCode.ACK_TIMEOUT,
                    "written, but not visible in time at " + String.join(", ", missing),
                    Map.of(
                        "written", true,
                        "token", written.token().toString(),
                        "reached", ack.text(),
                        "missing", String.join(",", missing)));
              }
              return written;
            });
  }
}
