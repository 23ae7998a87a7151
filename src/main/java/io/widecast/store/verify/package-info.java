/**
 * Consistency across all trees of a container store (systems.md S4): proves that sharing is lawful
 * and that nothing is lost, reading each page once. Depends on {@code store.container} and what
 * lies below it, and for directories of the older format on {@code store.redo}. Start at {@link
 * io.widecast.store.verify.Verifier}; for a directory that no node runs on, at {@link
 * io.widecast.store.verify.OfflineVerifier}.
 */
package io.widecast.store.verify;
