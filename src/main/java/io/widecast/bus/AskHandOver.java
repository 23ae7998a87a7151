package io.widecast.bus;

import io.widecast.model.NodeId;

/**
 * The master is to let {@code to} order in its place. Refused with nothing changed by a node that
 * is not the master, and when that one is not level.
 */
public record AskHandOver(NodeId to) {}
