package io.widecast.replication;

import io.widecast.model.PublishOutcome;
import io.widecast.model.PublishRequest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Batches of publishes on their way through the core: answers each batch when all are decided. */
final class Publishes {

  /** Hands one request of a batch to the core under a ticket. */
  interface Ordering {
    void order(long ticket, PublishRequest request);
  }

  private static final class Batch {
    private final PublishOutcome[] outcomes;
    private final long firstTicket;
    private final Consumer<List<PublishOutcome>> done;
    private int undecided;

    private Batch(int size, long firstTicket, Consumer<List<PublishOutcome>> done) {
      this.outcomes = new PublishOutcome[size];
      this.undecided = size;
      this.firstTicket = firstTicket;
      this.done = done;
    }
  }

  private final Map<Long, Batch> byTicket = new HashMap<>();
  private long nextTicket;

  void begin(
      List<PublishRequest> requests, Consumer<List<PublishOutcome>> done, Ordering ordering) {
    var batch = new Batch(requests.size(), nextTicket, done);
    nextTicket += requests.size();
    for (int i = 0; i < requests.size(); i++) {
      byTicket.put(batch.firstTicket + i, batch);
    }
    for (int i = 0; i < requests.size(); i++) {
      ordering.order(batch.firstTicket + i, requests.get(i));
    }
  }

  void answer(long ticket, PublishOutcome outcome) {
    Batch batch = byTicket.remove(ticket);
    if (batch == null) {
      throw new IllegalStateException("second answer to publish " + ticket);
    }
    batch.outcomes[(int) (ticket - batch.firstTicket)] = outcome;
    if (--batch.undecided == 0) {
      batch.done.accept(Arrays.asList(batch.outcomes));
    }
  }
}
