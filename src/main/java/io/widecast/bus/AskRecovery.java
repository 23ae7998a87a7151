package io.widecast.bus;

/** Asks the store what it found on disk at its start. */
public record AskRecovery() {}
