package io.widecast.client;

import io.widecast.model.Value;
import java.util.Optional;

/**
 * One key's change, or one row of an initial copy.
 *
 * @param value what it holds now; empty after a delete, or when values were not asked for
 * @param deleted whether the key is absent now
 * @param expired whether it was deleted because its time was over
 * @param version 0 after a delete
 */
public record WatchEvent(
    String key,
    Optional<Value> value,
    boolean deleted,
    boolean expired,
    long revision,
    long version) {}
