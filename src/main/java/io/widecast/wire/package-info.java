/**
 * Every byte between processes and on disk, turned into records and back. Decoding trusts nothing.
 * Start at {@link io.widecast.wire.EntryCodec}.
 */
package io.widecast.wire;
