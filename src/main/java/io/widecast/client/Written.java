package io.widecast.client;

import io.widecast.model.Token;

/**
 * A write that reached the level asked for.
 *
 * @param token the write's own position
 * @param created whether a put made a new key
 */
public record Written(Token token, boolean created) {}
