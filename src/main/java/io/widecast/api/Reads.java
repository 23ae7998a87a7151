package io.widecast.api;

import io.vertx.core.Future;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.View;

/** What all reads have in common: which copy answers, and how far it must be. */
final class Reads {

  static final String[] PARAMETERS = {"min", "timeout", "consistency", "revision", "snapshot"};

  private Reads() {}

  /**
   * The view that answers {@code exchange}: at {@code min} or beyond, if it asks for that.
   *
   * @throws WidecastException now or inside the future
   */
  static Future<View> view(Exchange exchange, LocalNode node) {
    Query query = exchange.query();
    if (query.get("revision").isPresent() || query.get("snapshot").isPresent()) {
      throw later("reading an earlier revision or a snapshot");
    }
    String consistency = query.get("consistency").orElse("local");
    if (consistency.equals("master")) {
      throw new WidecastException(
          ErrorCode.NOT_IMPLEMENTED, "reads at the master come with election: use min=TOKEN");
    }
    if (!consistency.equals("local")) {
      throw Query.bad("consistency is local or master; this is '" + Query.shown(consistency) + "'");
    }
    long timeoutMillis =
        query
            .millis("timeout")
            .map(WriteTerms::checkedTimeout)
            .orElse(PublishRequest.TIMEOUT_MILLIS_DEFAULT);
    if (query.get("min").isPresent()) {
      return node.viewAt(Token.parse(query.get("min").get()), timeoutMillis);
    }
    return Future.succeededFuture(node.viewForReading());
  }

  static WidecastException later(String what) {
    return new WidecastException(
        ErrorCode.NOT_IMPLEMENTED, what + " comes with the container store, in a later version");
  }
}
