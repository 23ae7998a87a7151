package io.widecast.store;

import io.widecast.bus.Committed;
import io.widecast.bus.LogWrite;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.wire.EntryCodec;
import java.util.List;
import java.util.Optional;

/** Short ways to say entries, rows and writes in tests. */
public final class Samples {

  private Samples() {}

  public static Pair put(String key, String value, long version, long createRevision) {
    return new Pair.Put(
        Key.of(key), new Value(Bytes.utf8(value), Value.TEXT), version, createRevision, 0);
  }

  public static Pair delete(String key) {
    return new Pair.Delete(Key.of(key), false);
  }

  public static EncodedEntry entry(long epoch, long revision, Pair... pairs) {
    return EntryCodec.encode(
        new Entry(epoch, revision, epoch, 1000 * revision, Optional.empty(), List.of(pairs)));
  }

  public static LogWrite write(EncodedEntry... entries) {
    return new LogWrite(Optional.empty(), 0, List.of(entries), Token.NONE, 0);
  }

  public static LogWrite commit(long epoch, long revision) {
    return new LogWrite(Optional.empty(), 0, List.of(), new Token(epoch, revision), 0);
  }

  public static Committed committed(List<EncodedEntry> entries) {
    return new Committed(entries, entries.get(entries.size() - 1).entry().token());
  }

  public static KeyVersion row(String key, String value, long epoch, long revision) {
    return new KeyVersion(
        Key.of(key),
        new Versioned(
            new Value(Bytes.utf8(value), Value.TEXT), new Token(epoch, revision), 1, 1, 0));
  }
}
