package io.widecast.bus;

import io.widecast.model.ReadOutcome;

/** What became of an {@link AskRead}. */
public record ReadAnswered(ReadOutcome outcome) {}
