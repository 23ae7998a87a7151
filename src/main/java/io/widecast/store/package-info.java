/**
 * What a node keeps: the durable log, the map it leads to, and the objects that let the log be
 * short. Start at {@link io.widecast.store.View} for readers, {@code StoreVerticle} for the owner.
 */
package io.widecast.store;
