package io.widecast.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.widecast.api.json.JsonBytes;
import io.widecast.model.Token;
import io.widecast.watch.Frame;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Frames as server-sent events, or as lines of NDJSON, in an answer that does not end. */
final class HttpWatchSink implements WatchSink {

  private static final byte[] ID = ascii("id: ");
  private static final byte[] DATA = ascii("data: {");
  private static final byte[] DATA_END = ascii("}\n\n");

  private final HttpServerResponse response;
  private final FrameJson json;
  private final boolean events;
  private final boolean withValues;
  private final JsonBytes pending = new JsonBytes(1024);

  /**
   * @param events server-sent events rather than lines
   */
  HttpWatchSink(HttpServerResponse response, FrameJson json, boolean events, boolean withValues) {
    this.response = response;
    this.json = json;
    this.events = events;
    this.withValues = withValues;
  }

  @Override
  public boolean full() {
    return over() || response.writeQueueFull() || pending.size() > ChunkStream.CHUNK_BYTES;
  }

  @Override
  public void frame(Frame frame) {
    byte[] members = json.members(frame, withValues);
    if (events) {
      token(frame).ifPresent(this::id);
      pending.raw(DATA, 0, DATA.length).raw(members, 0, members.length);
      pending.raw(DATA_END, 0, DATA_END.length);
    } else {
      pending.raw('{').raw(members, 0, members.length).raw('}').raw('\n');
    }
  }

  private void id(Token token) {
    byte[] text = ascii(token.toString());
    pending.raw(ID, 0, ID.length).raw(text, 0, text.length).raw('\n');
  }

  @Override
  public void flush() {
    if (!over()) {
      response.write(Buffer.buffer(pending.toArray()));
    }
    pending.clear();
  }

  @Override
  public void tooSlow(Optional<Token> last) {
    throw new AssertionError("a watch over HTTP is always conflated");
  }

  @Override
  public void drain() {
    if (!over()) {
      response.end();
    }
  }

  /** The connection closes a moment after the answer ends. */
  private boolean over() {
    return response.closed() || response.ended();
  }

  /** The position that a client resumes from after {@code frame}, if there is one. */
  static Optional<Token> token(Frame frame) {
    if (frame instanceof Frame.Events part) {
      return part.token();
    }
    if (frame instanceof Frame.CopyEnd end) {
      return Optional.of(end.token());
    }
    if (frame instanceof Frame.Bookmark bookmark) {
      return Optional.of(bookmark.token());
    }
    if (frame instanceof Frame.Reset) {
      return Optional.empty();
    }
    throw new AssertionError(frame);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
