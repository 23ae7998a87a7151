package io.widecast.api;

import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.widecast.api.json.JsonBytes;
import io.widecast.api.json.Revisions;
import io.widecast.api.json.StoreJson;
import io.widecast.bus.AskHandOver;
import io.widecast.bus.Bus;
import io.widecast.bus.HandedOver;
import io.widecast.model.ClusterView;
import io.widecast.model.ClusterView.Node;
import io.widecast.model.ClusterView.Role;
import io.widecast.model.ClusterView.State;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Filter;
import io.widecast.model.Token;
import io.widecast.model.WidecastException;
import io.widecast.store.StoreMessages;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/** {@code /v1/cluster} and {@code /v1/visibility/{revision}}: who is there, and who has what. */
final class ClusterHandler {

  private final EventBus bus;
  private final LocalNode node;
  private final LongFunction<Optional<Entry>> recentEntries;

  /**
   * @param recentEntries the entry of a revision, while this node remembers it
   */
  ClusterHandler(EventBus bus, LocalNode node, LongFunction<Optional<Entry>> recentEntries) {
    this.bus = bus;
    this.node = node;
    this.recentEntries = recentEntries;
  }

  /** {@code POST /v1/cluster/handover}: another core node is to order. */
  void handOver(Exchange exchange) {
    exchange.query().only();
    StoreHandler.jsonBody(exchange, "the body of a hand-over")
        .map(StoreJson::handOverTo)
        .compose(to -> bus.<HandedOver>request(Bus.HAND_OVER, new AskHandOver(to), Bus.LOCAL_ONLY))
        .onSuccess(
            done ->
                exchange.sendJson(
                    200,
                    new JsonBytes(64)
                        .beginObject()
                        .name("master")
                        .string(done.body().master().text())
                        .name("epoch")
                        .number(done.body().epoch())
                        .endObject()))
        .onFailure(failure -> exchange.fail(refusal(failure)));
  }

  private static Throwable refusal(Throwable failure) {
    boolean nobody =
        failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
    return nobody
        ? new WidecastException(
            ErrorCode.NO_MASTER, "this node is at an edge site; ask the master of the home site")
        : StoreMessages.refusal(failure);
  }

  void cluster(Exchange exchange) {
    exchange.query().only();
    ClusterView cluster = node.cluster();
    var json = new JsonBytes(2048).beginObject();
    json.name("epoch").number(cluster.position().epoch());
    json.name("revision").number(cluster.position().revision()).name("master");
    cluster.master().ifPresentOrElse(id -> json.string(id.text()), json::nothing);
    json.name("sites").beginArray();
    for (ClusterView.Site site : cluster.sites()) {
      json.beginObject().name("id").string(site.id().text());
      json.name("home").bool(site.home()).name("nodes").beginArray();
      site.nodes().forEach(member -> writeNode(json, member));
      json.endArray().endObject();
    }
    exchange.sendJson(200, json.endArray().endObject());
  }

  private static void writeNode(JsonBytes json, Node member) {
    json.beginObject().name("id").string(member.id().text());
    json.name("role").string(member.role().text());
    json.name("state").string(member.state().text());
    json.name("revision").number(member.revision());
    json.name("lagMs").number(member.lagMillis()).name("filter").beginArray();
    boolean whole = member.filter().isEmpty() && member.role() != ClusterView.Role.EDGE;
    List<String> filter = whole ? List.of("**") : member.filter(); // an edge's may be untold
    filter.forEach(json::string);
    json.endArray().name("wanBacklog").number(member.wanBacklogBytes());
    if (!member.http().isEmpty()) {
      json.name("http").string(member.http());
    }
    json.name("unicast").bool(member.unicast()).endObject();
  }

  void visibility(Exchange exchange) {
    exchange.query().only();
    Token asked = position(exchange.name());
    ClusterView cluster = node.cluster();
    Optional<Entry> entry = recentEntries.apply(asked.revision());
    long epoch = entry.map(Entry::epoch).orElse(cluster.position().epoch());
    if (asked.epoch() > 0 && entry.isPresent() && asked.epoch() != epoch) {
      throw Query.bad(
          "revision " + asked.revision() + " is of epoch " + epoch + ", so " + asked + " is not");
    }
    var json = new JsonBytes(1024).beginObject();
    json.name("epoch").number(asked.epoch() > 0 ? asked.epoch() : epoch);
    json.name("revision").number(asked.revision()).name("nodes").beginArray();
    for (ClusterView.Site site : cluster.sites()) {
      for (Node member : site.nodes()) {
        writeVisibility(json, site, member, asked.revision(), entry);
      }
    }
    exchange.sendJson(200, json.endArray().endObject());
  }

  private void writeVisibility(
      JsonBytes json, ClusterView.Site site, Node member, long revision, Optional<Entry> entry) {
    json.beginObject().name("id").string(member.id().text());
    json.name("site").string(site.id().text());
    String state = state(member, revision, entry);
    json.name("state").string(state);
    OptionalLong since = node.visibility().since(member.id(), revision);
    if (state.equals("visible") && since.isPresent()) {
      json.name("at").string(Instant.ofEpochMilli(since.getAsLong()).toString());
    }
    json.endObject();
  }

  private String state(Node member, long revision, Optional<Entry> entry) {
    boolean filtered =
        member.role() == Role.EDGE
            && !member.filter().isEmpty()
            && entry.map(e -> !Filter.parse(member.filter()).acceptsAny(e)).orElse(false);
    if (filtered) {
      return "filtered";
    }
    long held = Math.max(member.revision(), node.visibility().revisionOf(member.id()));
    if (held >= revision) {
      return "visible";
    }
    return member.state() == State.STALE || member.state() == State.LEFT ? "stale" : "pending";
  }

  private static Token position(String text) {
    return text.indexOf('.') >= 0 ? Token.parse(text) : new Token(0, Revisions.parse(text));
  }
}
