package io.widecast.replication.order;

import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.PublishRequest;
import io.widecast.model.Versioned;
import io.widecast.model.WidecastException;
import io.widecast.wire.EntryCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** How a request becomes an entry: conditions, versions, expiry. Pure functions. */
final class Ordering {

  private Ordering() {}

  /**
   * @throws WidecastException {@link ErrorCode#PRECONDITION_FAILED} naming the first that fails
   */
  static void check(List<Compare> compares, Function<Key, Optional<Versioned>> keys) {
    for (Compare compare : compares) {
      Optional<Versioned> found = keys.apply(compare.key());
      boolean holds;
      String kind;
      if (compare instanceof Compare.Absent) {
        holds = found.isEmpty();
        kind = "absent";
      } else if (compare instanceof Compare.Present) {
        holds = found.isPresent();
        kind = "present";
      } else if (compare instanceof Compare.AtRevision at) {
        holds =
            at.revision() == 0
                ? found.isEmpty()
                : found.isPresent() && found.get().revision() == at.revision();
        kind = "revision";
      } else if (compare instanceof Compare.AtToken at) {
        holds = found.isPresent() && found.get().token().equals(at.token());
        kind = "token";
      } else {
        throw new AssertionError(compare);
      }
      if (!holds) {
        throw failed(compare.key(), kind, found);
      }
    }
  }

  private static WidecastException failed(Key key, String kind, Optional<Versioned> found) {
    String state = found.map(versioned -> "is at " + versioned.token()).orElse("is absent");
    return new WidecastException(
        ErrorCode.PRECONDITION_FAILED,
        "the condition on '" + key + "' does not hold: the key " + state + "; nothing was written",
        Map.of("key", key.toString(), "failed", kind));
  }

  static Entry entry(
      long term,
      long revision,
      long prevEpoch,
      long nowMillis,
      PublishRequest request,
      Function<Key, Optional<Versioned>> keys) {
    var pairs = new ArrayList<Pair>(request.drafts().size());
    for (Draft draft : request.drafts()) {
      if (draft instanceof Draft.Put put) {
        Optional<Versioned> before = keys.apply(put.key());
        pairs.add(
            new Pair.Put(
                put.key(),
                put.value(),
                before.map(Versioned::version).orElse(0L) + 1,
                before.map(Versioned::createRevision).orElse(revision),
                put.ttlMillis() == 0 ? 0 : nowMillis + put.ttlMillis()));
      } else if (draft instanceof Draft.Delete delete) {
        pairs.add(new Pair.Delete(delete.key(), delete.expired()));
      } else {
        throw new AssertionError(draft);
      }
    }
    return new Entry(term, revision, prevEpoch, nowMillis, request.requestId(), pairs);
  }

  static EncodedEntry encode(Entry entry) {
    return EntryCodec.encode(entry);
  }

  static boolean created(Entry entry) {
    return entry.pairs().get(0) instanceof Pair.Put put && put.version() == 1;
  }

  static WidecastException overloaded(long bufferBytes) {
    return new WidecastException(
        ErrorCode.OVERLOADED,
        "the retransmit buffer of "
            + bufferBytes
            + " bytes is full of entries that members have not acknowledged; retry later, or see"
            + " /v1/cluster for who is behind",
        Map.of("written", false));
  }
}
