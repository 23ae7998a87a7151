/**
 * Checkpoints, in the format that other systems call a redo-log chain (S5): a root object with
 * every row, delta objects with what changed since their parent, and a manifest that names the
 * chain. Start at {@link io.widecast.store.redo.Manifest}. Depends on model, wire and store.log.
 */
package io.widecast.store.redo;
