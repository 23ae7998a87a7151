package io.widecast.bus;

/**
 * The store found that its disk does not hold what was written: a copy of another node's map mends
 * it. Told again from time to time until one has come.
 *
 * @param detail what is damaged
 */
public record StoreDamaged(String detail) {}
