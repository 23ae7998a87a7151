/**
 * The trees of a container store: the logical map L, copy-on-write with operation sequence numbers
 * (systems.md S2), the middle map M, and the pages both are made of. Start at {@link
 * io.widecast.store.tree.Tree} and {@link io.widecast.store.tree.Pages}.
 */
package io.widecast.store.tree;
