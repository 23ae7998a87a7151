package io.widecast.bus;

/**
 * Asks for entries that the log still holds.
 *
 * @param after entries with a higher revision are wanted
 * @param bytesMax stop before this many encoded bytes; one entry comes at least
 */
public record LogRead(long after, int bytesMax) {}
