package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.widecast.it.Processes.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * A watcher that goes from node to node and believes nothing: it checks each frame as it comes
 * (positions rise, no revision twice, none split over two frames) and keeps what it saw, for the
 * test to hold against the truth. Frames come on the client's threads, under its lock.
 */
abstract class Follower implements AutoCloseable {

  /** One watch over server-sent events, resumed by {@code Last-Event-ID}. */
  static Follower sse(String... match) {
    return new Sse(List.of(match));
  }

  /** One watch over a WebSocket, resumed by {@code since}. */
  static Follower webSocket(String... match) {
    return new Socket(List.of(match));
  }

  final List<String> match;
  private final TreeMap<Position, List<Load.Change>> seen = new TreeMap<>(); // live, by revision
  private final TreeMap<String, String> state = new TreeMap<>();
  private final List<String> nodes = new ArrayList<>();
  private Position position = Position.NONE; // to resume from
  private Position start = Position.NONE; // of the last initial copy
  private boolean copying = true;
  private int resets;
  private int frames;
  private int generation;
  private Throwable failure;

  private Follower(List<String> match) {
    this.match = match;
  }

  /** Leaves where it is, without a word, and goes on at {@code node}. */
  final synchronized void follow(Node node) {
    disconnect();
    generation++;
    if (copying) {
      position = Position.NONE; // a copy that was cut begins anew
      state.clear();
    }
    nodes.add(node.id());
    connect(node, position == Position.NONE ? "start" : position.toString(), generation);
  }

  /** Whether it watches there now. */
  final synchronized boolean at(Node node) {
    return !nodes.isEmpty() && nodes.get(nodes.size() - 1).equals(node.id());
  }

  abstract void connect(Node node, String since, int generation);

  abstract void disconnect();

  @Override
  public final synchronized void close() {
    generation++;
    disconnect();
  }

  final synchronized Position position() {
    check();
    return position;
  }

  final synchronized int frames() {
    return frames;
  }

  final synchronized int resets() {
    return resets;
  }

  final synchronized boolean level(Position with) {
    check();
    return !copying && position.compareTo(with) >= 0;
  }

  private void check() {
    if (failure != null) {
      throw new AssertionError(this + " saw something wrong", failure);
    }
  }

  /** Takes a frame of the connection {@code of}; what an older one still brings is dropped. */
  final synchronized void onFrame(JsonObject frame, int of) {
    if (of != generation || failure != null) {
      return;
    }
    try {
      frames++;
      take(frame);
    } catch (RuntimeException | AssertionError e) {
      failure = new AssertionError("frame " + frame.encode(), e);
    }
  }

  private void take(JsonObject frame) {
    if (frame.getBoolean("reset", false)) {
      resets++;
      copying = true;
      position = Position.NONE;
      state.clear();
    } else if (frame.getBoolean("snapshotEnd", false)) {
      assertThat(copying).as("the end of a copy comes after one").isTrue();
      copying = false;
      position = Position.parse(frame.getString("token"));
      start = position;
      seen.clear();
    } else if (frame.getBoolean("bookmark", false)) {
      advance(Position.parse(frame.getString("token")), false);
    } else if (copying) {
      assertThat(frame.containsKey("token")).as("a copy's part has no token").isFalse();
      events(frame).forEach(this::apply);
    } else {
      live(frame);
    }
  }

  private void live(JsonObject frame) {
    assertThat(frame.containsKey("skipped")).as("nobody was slow").isFalse();
    Position end = Position.parse(frame.getString("token"));
    long revision = position.revision();
    for (JsonObject event : events(frame)) {
      long next = event.getLong("revision");
      assertThat(next).isGreaterThan(position.revision()).isGreaterThanOrEqualTo(revision);
      revision = next;
      // The epoch of a revision within a frame is not told; in these tests' truth it is looked up.
      seen.computeIfAbsent(new Position(0, next), absent -> new ArrayList<>()).add(change(event));
      apply(event);
    }
    assertThat(revision).isLessThanOrEqualTo(end.revision());
    advance(end, true);
  }

  private void advance(Position to, boolean strictly) {
    if (strictly) {
      assertThat(to).isGreaterThan(position);
    } else {
      assertThat(to).isGreaterThanOrEqualTo(position);
    }
    position = to;
  }

  private void apply(JsonObject event) {
    Load.Change change = change(event);
    if (change.value() == null) {
      state.remove(change.key());
    } else {
      state.put(change.key(), change.value());
    }
  }

  private static Load.Change change(JsonObject event) {
    boolean put = event.getString("type").equals("put");
    return new Load.Change(
        event.getString("key"), put ? Copies.canonical(event.getValue("value")) : null);
  }

  private static List<JsonObject> events(JsonObject frame) {
    return frame.getJsonArray("events").stream().map(JsonObject.class::cast).toList();
  }

  private boolean matches(String key) {
    return match.stream().anyMatch(pattern -> Copies.matcher(pattern).test(key));
  }

  /**
   * Every acknowledged publish after this watcher's copy was seen whole, once, in order, and
   * nothing else; and what it knows by now is what the nodes hold.
   */
  final synchronized void verify(TreeMap<Position, List<Load.Change>> truth, Copies.Copy copy) {
    check();
    var expected = new TreeMap<Position, List<Load.Change>>();
    truth
        .tailMap(start, false)
        .forEach(
            (at, changes) -> {
              List<Load.Change> mine = changes.stream().filter(c -> matches(c.key())).toList();
              if (!mine.isEmpty()) {
                expected.put(new Position(0, at.revision()), mine);
              }
            });
    assertThat(expected).as("something to see for " + this).isNotEmpty();
    assertThat(seen).as(toString()).isEqualTo(expected);
    var held = new TreeMap<String, String>();
    copy.rows().keySet().stream()
        .filter(this::matches)
        .forEach(key -> held.put(key, copy.value(key)));
    assertThat(state.equals(held)).as(this + " ends with what the nodes hold").isTrue();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + match + " over " + nodes;
  }

  private static final class Sse extends Follower {
    private InputStream stream; // null while not connected

    private Sse(List<String> match) {
      super(match);
    }

    @Override
    void connect(Node node, String since, int generation) {
      var uri = new StringBuilder(node.http() + "/v1/watch?");
      for (String pattern : match) {
        uri.append("match=").append(URLEncoder.encode(pattern, StandardCharsets.UTF_8)).append('&');
      }
      var request =
          HttpRequest.newBuilder(URI.create(uri.toString())).header("Accept", "text/event-stream");
      if (!since.equals("start")) {
        request.header("Last-Event-ID", since);
      }
      try {
        var answer = Http.CLIENT.send(request.build(), BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        stream = answer.body();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
      InputStream mine = stream;
      var reader = new Thread(() -> read(mine, generation), "sse");
      reader.setDaemon(true);
      reader.start();
    }

    private void read(InputStream from, int generation) {
      try (var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
        String id = null;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("id: ")) {
            id = line.substring(4);
          } else if (line.startsWith("data: ")) {
            var frame = new JsonObject(line.substring(6));
            assertThat(id).isEqualTo(frame.getString("token")); // both or neither
            onFrame(frame, generation);
          } else if (line.isEmpty()) {
            id = null;
          }
        }
      } catch (IOException e) {
        return; // this end was closed, or that one: the test looks at positions
      } catch (AssertionError e) {
        onFrame(new JsonObject().put("token", e.getMessage()), generation); // fails, and says why
      }
    }

    @Override
    void disconnect() {
      if (stream != null) {
        try {
          stream.close();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    }
  }

  private static final class Socket extends Follower {
    private WebSocket socket; // null while not connected

    private Socket(List<String> match) {
      super(match);
    }

    @Override
    void connect(Node node, String since, int generation) {
      socket =
          Http.CLIENT
              .newWebSocketBuilder()
              .subprotocols("widecast.v1.json")
              .buildAsync(
                  URI.create(node.http().replace("http:", "ws:") + "/v1/stream"),
                  new Listener(generation))
              .join();
      var watch = new JsonObject().put("id", generation).put("op", "watch").put("since", since);
      watch.put("match", match).put("conflate", false);
      socket.sendText(watch.encode(), true).join();
    }

    @Override
    void disconnect() {
      if (socket != null) {
        socket.abort();
      }
    }

    private final class Listener implements WebSocket.Listener {
      private final int generation;
      private final StringBuilder text = new StringBuilder();

      private Listener(int generation) {
        this.generation = generation;
      }

      @Override
      public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
          var frame = new JsonObject(text.toString());
          text.setLength(0);
          if (frame.containsKey("watch")) {
            frame.remove("watch");
            onFrame(frame, generation);
          } else if (!frame.getBoolean("ok", false)) {
            onFrame(new JsonObject().put("events", frame.encode()), generation); // fails
          }
        }
        from.request(1);
        return null;
      }
    }
  }
}
