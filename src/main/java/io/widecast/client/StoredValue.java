package io.widecast.client;

import io.widecast.model.Token;
import io.widecast.model.Value;

/**
 * What a key holds.
 *
 * @param token of the publish that wrote it: its ETag
 */
public record StoredValue(Value value, Token token) {}
