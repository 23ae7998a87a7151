package io.widecast.bus;

import io.widecast.model.Key;
import java.util.Optional;

/**
 * A read is to see every write answered before it: how far must a copy be for that?
 *
 * @param key what is to be read where it is held, by an edge node that does not hold it; empty when
 *     the node reads its own copy
 */
public record AskRead(Optional<Key> key) {}
