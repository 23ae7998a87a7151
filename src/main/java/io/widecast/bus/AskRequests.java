package io.widecast.bus;

import io.widecast.model.Token;

/**
 * Which named requests of the last ten minutes a copy of the map as of {@code at} holds the work
 * of; refused while replication does not know that far.
 */
public record AskRequests(Token at) {}
