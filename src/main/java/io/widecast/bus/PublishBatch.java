package io.widecast.bus;

import io.widecast.model.PublishRequest;
import java.util.List;

/**
 * Publishes to order one after the other, each atomic on its own; a single one is a batch of one.
 */
public record PublishBatch(List<PublishRequest> requests) {
  public PublishBatch {
    requests = List.copyOf(requests);
  }
}
