package io.widecast.store;

/**
 * A view that was asked for. It may have to read from disk: use it on a worker.
 *
 * @param hold to be given back with {@link StoreRequest.Release}; 0 for nothing
 */
public record HeldView(View view, long hold) {}
