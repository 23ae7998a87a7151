/**
 * Watches: who sees which change, from where on, and what happens to those who read too slowly.
 * Pure: entries and views come in, frames are pulled out, time is an argument. Start at {@link
 * io.widecast.watch.WatchHub}.
 */
package io.widecast.watch;
