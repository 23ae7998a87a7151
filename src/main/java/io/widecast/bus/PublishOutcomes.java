package io.widecast.bus;

import io.widecast.model.PublishOutcome;
import java.util.List;

/**
 * What became of each request of a {@link PublishBatch}, in its order; sent when all are decided.
 */
public record PublishOutcomes(List<PublishOutcome> outcomes) {
  public PublishOutcomes {
    outcomes = List.copyOf(outcomes);
  }
}
