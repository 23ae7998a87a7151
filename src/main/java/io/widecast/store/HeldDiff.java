package io.widecast.store;

import io.widecast.model.Token;
import java.util.Iterator;

/**
 * A comparison that was asked for, by rising key. It may have to read from disk: walk it on a
 * worker, one thread at a time. Costs what differs, not what there is.
 *
 * @param from what the older side is as of
 * @param to what the newer side is as of
 * @param hold to be given back with {@link StoreRequest.Release}
 */
public record HeldDiff(Token from, Token to, Iterator<DiffRow> rows, long hold) {}
