package io.widecast.store;

/** Asks the store for its view: answered with an {@link Applied} that has jumped. */
public record AskView() {}
