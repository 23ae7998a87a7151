package io.widecast.replication.order;

import io.widecast.model.Entry;
import io.widecast.model.Pair;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The named requests of the last ten minutes and what became of them, so that a retry gets the
 * first answer and is not applied twice. Fed from the log in every core node, so that the next
 * master knows them too. Bounded in number: beyond it the oldest are forgotten early.
 */
public final class RecentRequests {

  public static final long KEPT_MILLIS = 600_000;
  public static final int KEPT_MAX = 262_144;

  /** What a named request wrote. */
  public record Done(RequestId id, Token token, int pairs, boolean created, long timeMillis) {}

  private record Name(long high, long low) {}

  private final Map<Name, Done> byName = new HashMap<>(); // never iterated
  private final ArrayDeque<Done> byAge = new ArrayDeque<>(); // by rising revision

  /** The log grew by {@code entry}. */
  public void onAppended(Entry entry) {
    if (entry.requestId().isEmpty()) {
      return;
    }
    RequestId id = entry.requestId().get();
    boolean created =
        !entry.pairs().isEmpty()
            && entry.pairs().get(0) instanceof Pair.Put put
            && put.version() == 1;
    var done = new Done(id, entry.token(), entry.pairs().size(), created, entry.timeMillis());
    byName.put(new Name(id.high(), id.low()), done);
    byAge.addLast(done);
    while (byAge.size() > KEPT_MAX
        || byAge.peekFirst().timeMillis() < entry.timeMillis() - KEPT_MILLIS) {
      forget(byAge.pollFirst());
    }
  }

  /** The log was cut: nothing from {@code revision} on happened. */
  public void onCut(long revision) {
    while (!byAge.isEmpty() && byAge.peekLast().token().revision() >= revision) {
      forget(byAge.pollLast());
    }
  }

  /** What the request of that name wrote, whatever its body. */
  public Optional<Done> find(RequestId id) {
    return Optional.ofNullable(byName.get(new Name(id.high(), id.low())));
  }

  private void forget(Done done) {
    byName.remove(new Name(done.id().high(), done.id().low()), done);
  }
}
