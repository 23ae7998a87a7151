package io.widecast.client;

import io.widecast.model.Value;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A row of a list.
 *
 * @param value empty when only keys were asked for
 * @param ttlSeconds time left, empty for ever
 */
public record ListedPair(
    String key,
    Optional<Value> value,
    long createRevision,
    long revision,
    long version,
    OptionalLong ttlSeconds) {}
