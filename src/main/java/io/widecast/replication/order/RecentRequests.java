package io.widecast.replication.order;

import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.PublishOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The named requests of the last ten minutes and what became of them, so that a retry gets the
 * first answer and is not applied twice. Fed from the log in every core node, so that the next
 * master knows them too. Bounded in number: beyond it the oldest are forgotten early.
 */
public final class RecentRequests {

  private record Name(long high, long low) {}

  private final Map<Name, RecentRequest> byName = new HashMap<>(); // never iterated
  private final ArrayDeque<RecentRequest> byAge = new ArrayDeque<>(); // by rising revision

  /** What a start has found of those before the log in memory, by rising revision. */
  public void onRecovered(List<RecentRequest> found) {
    found.forEach(this::add);
  }

  /** A copy stands for the log: what it came with is all that is known, by rising revision. */
  public void onCopied(List<RecentRequest> found) {
    byName.clear();
    byAge.clear();
    found.forEach(this::add);
  }

  /** All of them up to {@code revision}, by rising revision. */
  public List<RecentRequest> upTo(long revision) {
    var found = new ArrayList<RecentRequest>();
    for (RecentRequest done : byAge) {
      if (done.token().revision() > revision) {
        break;
      }
      found.add(done);
    }
    return found;
  }

  /** The log grew by {@code entry}. */
  public void onAppended(Entry entry) {
    RecentRequest.of(entry).ifPresent(this::add);
  }

  private void add(RecentRequest done) {
    byName.put(new Name(done.id().high(), done.id().low()), done);
    byAge.addLast(done);
    while (byAge.size() > RecentRequest.KEPT_MAX
        || byAge.peekFirst().timeMillis() < done.timeMillis() - RecentRequest.KEPT_MILLIS) {
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
  public Optional<RecentRequest> find(RequestId id) {
    return Optional.ofNullable(byName.get(new Name(id.high(), id.low())));
  }

  /** The answer to a request that names itself like {@code done} and asks for something else. */
  static PublishOutcome.Refused mismatch(RecentRequest done) {
    return new PublishOutcome.Refused(
        ErrorCode.IDEMPOTENCY_MISMATCH,
        "this idempotency key named another publish less than ten minutes ago, at "
            + done.token()
            + "; use a new key for a new publish");
  }

  private void forget(RecentRequest done) {
    byName.remove(new Name(done.id().high(), done.id().low()), done);
  }
}
