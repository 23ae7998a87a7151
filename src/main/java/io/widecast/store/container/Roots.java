package io.widecast.store.container;

import io.widecast.model.Token;
import io.widecast.store.tree.PageRef;

/**
 * One state of the running map, published to readers: an immutable whole.
 *
 * @param container that has its pages and values
 * @param token everything up to here is in it
 * @param root of the logical map
 * @param mapRoot of the middle map
 * @param horizon versions that were replaced up to here may be gone
 */
record Roots(
    Container container,
    Token token,
    PageRef root,
    PageRef mapRoot,
    long keys,
    long contentBytes,
    Token horizon) {}
