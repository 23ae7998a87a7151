package io.widecast.store;

/** Asks the store for the map as it is now; answered with an {@link Applied} that has jumped. */
public record AskView() {}
