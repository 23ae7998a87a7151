package io.widecast.bus;

import io.widecast.model.NodeId;

/** {@code master} orders now, in that epoch. */
public record HandedOver(NodeId master, long epoch) {}
