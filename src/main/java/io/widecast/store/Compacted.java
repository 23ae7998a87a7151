package io.widecast.store;

import io.widecast.model.Token;

/** The history begins at {@code horizon} now. */
public record Compacted(Token horizon) {}
