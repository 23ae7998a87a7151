package io.widecast.watch;

import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Versioned;
import java.util.List;

/**
 * What one publish did to the keys of a selection, or what a key holds since that publish.
 *
 * @param revision of the publish
 */
public record Change(long revision, List<Pair> pairs) {

  private static final int EVENT_BYTES = 64; // what surrounds key and value in a frame, about

  /** What is held now, as the put that led to it. */
  static Change held(Key key, Versioned v) {
    var put = new Pair.Put(key, v.value(), v.version(), v.createRevision(), v.expiresAtMillis());
    return new Change(v.revision(), List.of(put));
  }

  static Change held(KeyVersion row) {
    return held(row.key(), row.versioned());
  }

  int events() {
    return pairs.size();
  }

  /** About what it takes in a frame. */
  int sizeBytes() {
    int bytes = 0;
    for (Pair pair : pairs) {
      bytes += pair.contentBytes() + EVENT_BYTES;
    }
    return bytes;
  }
}
