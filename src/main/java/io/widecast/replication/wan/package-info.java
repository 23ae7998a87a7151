/**
 * Edge nodes: one filtered, reliable stream each, watermarks, resume from the last acknowledgement.
 * Depends on model, wire and bus messages. Start at {@link io.widecast.replication.wan.EdgeStream}.
 */
package io.widecast.replication.wan;
