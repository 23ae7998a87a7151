package io.widecast.bus;

import io.widecast.model.Holding;

/**
 * What the store holds that a {@link CopyPart.Begin} can go on from: its map, or what an unfinished
 * transfer has left; nothing where the map is damaged.
 */
public record Held(Holding holding) {}
