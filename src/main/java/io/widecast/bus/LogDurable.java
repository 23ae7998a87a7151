package io.widecast.bus;

/**
 * A {@link LogWrite} is on disk. A failed write is answered with {@code
 * WidecastException(DISK_FULL)} and changes nothing: the same write can be tried again.
 *
 * @param lastRevision of the log now
 */
public record LogDurable(long lastRevision) {}
