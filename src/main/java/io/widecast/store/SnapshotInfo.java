package io.widecast.store;

import io.widecast.model.Token;

/**
 * A snapshot as users see it.
 *
 * @param bytes of its keys and values
 * @param progress of its deletion, 0 to 1; 0 for a live one
 */
public record SnapshotInfo(
    String name,
    Token token,
    long createdAtMillis,
    long keys,
    long bytes,
    boolean deleting,
    double progress) {}
