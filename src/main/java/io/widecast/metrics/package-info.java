/**
 * Counters and gauges: one name and one meaning each. Start at {@link io.widecast.metrics.Metrics}.
 */
package io.widecast.metrics;
