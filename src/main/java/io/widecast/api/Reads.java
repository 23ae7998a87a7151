package io.widecast.api;

import io.vertx.core.Future;
import io.widecast.api.json.Revisions;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishRequest;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.HeldView;
import io.widecast.store.StoreRequest;
import io.widecast.store.View;
import java.util.Optional;

/** What all reads have in common: which copy answers, of when, and how far it must be. */
final class Reads {

  static final String[] PARAMETERS = {"min", "timeout", "consistency", "revision", "snapshot"};

  private final LocalNode node;
  private final StoreAccess store;

  Reads(LocalNode node, StoreAccess store) {
    this.node = node;
    this.store = store;
  }

  LocalNode node() {
    return node;
  }

  StoreAccess store() {
    return store;
  }

  /**
   * The view that answers {@code exchange}: at {@code min} or beyond, or the one of a revision or
   * snapshot, if it asks for that. To be released. The answer's position is that of the node's own
   * copy, also where an earlier state is read: it never goes back.
   *
   * @throws WidecastException now or inside the future
   */
  Future<HeldView> view(Exchange exchange) {
    Query query = exchange.query();
    Optional<Long> revision = query.get("revision").map(Revisions::parse);
    Optional<String> snapshot = query.get("snapshot").map(SnapshotName::checked);
    if (revision.isPresent() && snapshot.isPresent()) {
      throw Query.bad("revision and snapshot each name a state of the map: give one of them");
    }
    checkConsistency(query);
    long timeoutMillis =
        query
            .millis("timeout")
            .map(WriteTerms::checkedTimeout)
            .orElse(PublishRequest.TIMEOUT_MILLIS_DEFAULT);
    Optional<Token> min = query.get("min").map(Token::parse);
    Future<View> newest =
        min.isPresent()
            ? node.viewAt(min.get(), timeoutMillis)
            : Future.succeededFuture(node.viewForReading());
    if (revision.isPresent()) {
      return newest.compose(reached -> store.ask(new StoreRequest.ViewAt(revision.get())));
    }
    if (snapshot.isPresent()) {
      return newest.compose(reached -> store.ask(new StoreRequest.ViewSnapshot(snapshot.get())));
    }
    return newest.map(
        view -> {
          exchange.at(view.token());
          return new HeldView(view, 0);
        });
  }

  private static void checkConsistency(Query query) {
    String consistency = query.get("consistency").orElse("local");
    if (consistency.equals("master")) {
      throw new WidecastException(
          ErrorCode.NOT_IMPLEMENTED, "reads at the master come with election: use min=TOKEN");
    }
    if (!consistency.equals("local")) {
      throw Query.bad("consistency is local or master; this is '" + Query.shown(consistency) + "'");
    }
  }
}
