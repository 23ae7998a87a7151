package io.widecast.client;

/**
 * What became of a stream of publishes.
 *
 * @param published how many were written
 * @param firstRevision of the first of them, 0 when there was none
 * @param lastRevision of the last of them, 0 when there was none
 */
public record PublishSummary(long published, long firstRevision, long lastRevision) {}
