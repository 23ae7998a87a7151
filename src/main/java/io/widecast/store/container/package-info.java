/**
 * A container store: segments, pages, trees and snapshots as one map that follows the log, with
 * checkpoints that make it durable (systems.md 0.2 and S2 to S4). Start at {@link
 * io.widecast.store.container.Container}.
 */
package io.widecast.store.container;
