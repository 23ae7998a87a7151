package io.widecast.client;

/**
 * What became of a stream of publishes.
 *
 * @param published how many were written
 * @param firstRevision lowest of theirs, 0 when there was none
 * @param lastRevision highest of theirs, 0 when there was none
 */
public record PublishSummary(long published, long firstRevision, long lastRevision) {}
