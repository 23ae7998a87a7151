package io.widecast.api;

import io.widecast.api.json.EventJson;
import io.widecast.api.json.JsonBytes;
import io.widecast.model.Pair;
import io.widecast.watch.Change;
import io.widecast.watch.Frame;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Frames as JSON. What many watchers are sent is rendered once: each event, because feeds with
 * different patterns and watchers at different places share those, and each frame's body, because
 * watchers that are level share the whole. Both are kept within bounds, the least lately used goes
 * first. Owned by one API instance, on its event loop.
 */
final class FrameJson {

  private static final long EVENT_BYTES_MAX = 512 << 10;
  private static final long BODY_BYTES_MAX = 512 << 10;

  private final ByteCache events = new ByteCache(EVENT_BYTES_MAX);
  private final ByteCache bodies = new ByteCache(BODY_BYTES_MAX);
  private final JsonBytes scratch = new JsonBytes(4096);

  /**
   * The members of {@code frame}: what stands between the braces, but for {@code watch}. The caller
   * must not change the array.
   */
  byte[] members(Frame frame, boolean withValues) {
    if (!(frame instanceof Frame.Events events)) {
      return shortMembers(frame);
    }
    var key = new Identity(frame, withValues);
    byte[] known = bodies.get(key);
    return known != null ? known : bodies.put(key, render(events, withValues));
  }

  private byte[] render(Frame.Events frame, boolean withValues) {
    var json = new JsonBytes(frame.changes().size() * 128);
    frame.token().ifPresent(token -> json.name("token").string(token.toString()));
    json.name("events").beginArray();
    for (Change change : frame.changes()) {
      for (Pair pair : change.pairs()) {
        json.value(event(pair, change.revision(), withValues));
      }
    }
    json.endArray();
    if (frame.skipped() > 0) {
      json.name("skipped").number(frame.skipped());
    }
    return json.toArray();
  }

  private byte[] event(Pair pair, long revision, boolean withValues) {
    var key = new Identity(pair, withValues);
    byte[] known = events.get(key);
    if (known != null) {
      return known;
    }
    scratch.clear();
    EventJson.event(scratch, pair, revision, withValues);
    return events.put(key, scratch.toArray());
  }

  private static byte[] shortMembers(Frame frame) {
    var json = new JsonBytes(64);
    if (frame instanceof Frame.CopyEnd end) {
      json.name("snapshotEnd").bool(true).name("token").string(end.token().toString());
    } else if (frame instanceof Frame.Bookmark bookmark) {
      json.name("bookmark").bool(true).name("token").string(bookmark.token().toString());
    } else if (frame instanceof Frame.Reset reset) {
      json.name("reset").bool(true).name("reason").string(reset.why());
    } else {
      throw new AssertionError(frame);
    }
    return json.toArray();
  }

  /** An object as itself, whatever it equals. */
  private record Identity(Object object, boolean withValues) {

    @Override
    public boolean equals(Object other) {
      return other instanceof Identity identity
          && object == identity.object
          && withValues == identity.withValues;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(object) * 2 + (withValues ? 1 : 0);
    }
  }

  /** Arrays up to so many bytes together, and no more than one that is larger than all that. */
  private static final class ByteCache {
    private final long bytesMax;
    private final Map<Identity, byte[]> arrays = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    private ByteCache(long bytesMax) {
      this.bytesMax = bytesMax;
    }

    private byte[] get(Identity key) {
      return arrays.get(key);
    }

    private byte[] put(Identity key, byte[] array) {
      arrays.put(key, array);
      bytes += array.length;
      var oldest = arrays.values().iterator();
      while (bytes > bytesMax && arrays.size() > 1) {
        bytes -= oldest.next().length;
        oldest.remove();
      }
      return array;
    }
  }
}
