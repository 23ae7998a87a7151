package io.widecast.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.widecast.api.json.JsonBytes;
import io.widecast.model.Token;
import io.widecast.watch.Frame;
import java.util.Optional;

/**
 * One answer {@code {"events":[…], "token":…}} of a long-poll: ends with the first frame that has a
 * position, and whatever else is ready by then; an initial copy, which has none before its end,
 * comes whole. When nothing happens in time it is empty, with the position that was reached.
 */
final class LongPoll implements WatchSink {

  private final HttpServerResponse response;
  private final FrameJson json;
  private final boolean withValues;
  private final Runnable done;
  private final JsonBytes pending = new JsonBytes(1024);
  private Optional<Token> token = Optional.empty();
  private boolean anyFrame;
  private boolean withinCopy;
  private boolean ended;

  /**
   * @param done called once the answer has ended
   */
  LongPoll(HttpServerResponse response, FrameJson json, boolean withValues, Runnable done) {
    this.response = response;
    this.json = json;
    this.withValues = withValues;
    this.done = done;
    pending.beginObject().name("events").beginArray();
  }

  @Override
  public boolean full() {
    return ended
        || response.closed()
        || response.writeQueueFull()
        || pending.size() > ChunkStream.CHUNK_BYTES;
  }

  @Override
  public void frame(Frame frame) {
    Optional<Token> position = HttpWatchSink.token(frame);
    token = position.or(() -> token);
    if (frame instanceof Frame.Bookmark) {
      return; // nothing has happened: the answer can wait for something
    }
    withinCopy = position.isEmpty();
    byte[] members = json.members(frame, withValues);
    if (anyFrame) {
      pending.raw(',');
    }
    anyFrame = true;
    pending.raw('{').raw(members, 0, members.length).raw('}');
  }

  @Override
  public void flush() {
    if (ended || response.closed() || !anyFrame) {
      return;
    }
    if (!withinCopy) {
      end(token.orElseThrow());
    } else {
      response.write(Buffer.buffer(pending.toArray()));
      pending.clear();
    }
  }

  /** Nothing came in time: ends the answer, unless it is within a copy. */
  void timeout(Optional<Token> reached) {
    if (!ended && !response.closed() && !withinCopy && reached.isPresent()) {
      end(reached.get());
    }
  }

  private void end(Token at) {
    ended = true;
    pending.endArray().name("token").string(at.toString()).endObject().raw('\n');
    response.end(Buffer.buffer(pending.toArray()));
    done.run();
  }

  @Override
  public void tooSlow(Optional<Token> last) {
    throw new AssertionError("a watch over HTTP is always conflated");
  }

  @Override
  public void drain() {
    timeout(token);
    if (!ended && !response.closed()) {
      ended = true;
      response.end(); // cut short: the client asks again, elsewhere
    }
  }
}
