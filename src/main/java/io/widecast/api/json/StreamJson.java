package io.widecast.api.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads what clients send over the WebSocket: one request, one JSON object, one message. */
public final class StreamJson {

  private static final int MATCH_READ_MAX = 1024; // above the limit, so that the limit is reported

  /** The members each request may have, beside {@code op}. */
  private static final Map<String, Set<String>> MEMBERS =
      Map.of(
          "watch", Set.of("id", "match", "since", "values", "conflate"),
          "unwatch", Set.of("id", "watch"),
          "publish", Set.of("id", "pairs", "compare", "ack", "timeout", "wait", "idempotencyKey"),
          "get", Set.of("id", "key", "consistency", "timeout"),
          "ping", Set.of("id"));

  private StreamJson() {}

  /** A request, by its members; those that did not come are empty. */
  public static final class Request {
    private String op = "";
    private OptionalLong id = OptionalLong.empty();
    private OptionalLong watch = OptionalLong.empty();
    private final Map<String, String> texts = new HashMap<>(4);
    private final Map<String, Boolean> flags = new HashMap<>(2);
    private List<String> match = List.of();
    private List<Draft> pairs = List.of();
    private List<Compare> compares = List.of();

    public String op() {
      return op;
    }

    public OptionalLong id() {
      return id;
    }

    /** The number in {@code unwatch}. */
    public OptionalLong watch() {
      return watch;
    }

    public Optional<String> text(String name) {
      return Optional.ofNullable(texts.get(name));
    }

    public boolean flag(String name, boolean absent) {
      return flags.getOrDefault(name, absent);
    }

    public List<String> match() {
      return match;
    }

    public List<Draft> pairs() {
      return pairs;
    }

    public List<Compare> compares() {
      return compares;
    }
  }

  /**
   * @throws WidecastException with a 4xx code that says what is wrong
   */
  public static Request request(byte[] json) {
    try (JsonParser parser = JsonText.open(json, 0, json.length)) {
      PublishJson.expectObject(parser.nextToken(), "a request");
      var request = new Request();
      var seen = new Members("no request has it; see the documentation of /v1/stream");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = seen.take(parser.currentName());
        parser.nextToken();
        read(request, name, parser, json, seen);
      }
      PublishJson.expectEnd(parser);
      check(request, seen);
      return request;
    } catch (JsonProcessingException e) {
      throw JsonText.bad(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void read(
      Request request, String name, JsonParser parser, byte[] json, Members seen)
      throws IOException {
    switch (name) {
      case "op" -> request.op = PublishJson.text(parser, name);
      case "id" -> request.id = OptionalLong.of(PublishJson.whole(parser, name));
      case "watch" -> request.watch = OptionalLong.of(PublishJson.whole(parser, name));
      case "since", "key", "consistency", "ack", "timeout", "wait", "idempotencyKey" ->
          request.texts.put(name, PublishJson.text(parser, name));
      case "values", "conflate" -> request.flags.put(name, PublishJson.flag(parser, name));
      case "match" -> request.match = strings(parser);
      case "pairs" -> request.pairs = PublishJson.pairs(parser, json, 0);
      case "compare" -> request.compares = PublishJson.compares(parser);
      default -> throw seen.unknown(name);
    }
  }

  private static void check(Request request, Members seen) {
    if (request.op.isEmpty()) {
      throw PublishJson.bad("a request needs the member op");
    }
    Set<String> allowed = MEMBERS.get(request.op);
    if (allowed == null) {
      String shown = request.op.length() > 64 ? request.op.substring(0, 64) + "…" : request.op;
      throw PublishJson.bad("op is watch, unwatch, publish, get or ping; this is '" + shown + "'");
    }
    seen.checkOnly(allowed, request.op);
    if (request.id.isEmpty() && !request.op.equals("ping")) {
      throw PublishJson.bad(request.op + " needs an id, which its answer has too");
    }
  }

  private static List<String> strings(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return List.of(parser.getText());
    }
    PublishJson.expectArray(parser, "match");
    var strings = new ArrayList<String>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (strings.size() >= MATCH_READ_MAX) {
        throw new WidecastException(ErrorCode.BAD_PATTERN, "match has too many patterns");
      }
      strings.add(PublishJson.text(parser, "each of match"));
    }
    return strings;
  }

  /**
   * The {@code id} of a request that cannot be taken, if it can be told, so that it gets its
   * answer.
   */
  public static OptionalLong idOf(byte[] json) {
    try (JsonParser parser = JsonText.open(json, 0, json.length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return OptionalLong.empty();
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals("id");
        parser.nextToken();
        if (found) {
          return OptionalLong.of(PublishJson.whole(parser, "id"));
        }
        parser.skipChildren();
      }
      return OptionalLong.empty();
    } catch (IOException | WidecastException e) { // then the answer goes without
      return OptionalLong.empty();
    }
  }
}
