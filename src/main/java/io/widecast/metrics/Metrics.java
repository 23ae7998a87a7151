package io.widecast.metrics;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** The counters and gauges of one node. Written by whoever owns the event, read by anyone. */
public final class Metrics {

  private final LongAdder[] counters = new LongAdder[Metric.values().length];
  private final AtomicLongArray gauges = new AtomicLongArray(Gauge.values().length);

  public Metrics() {
    for (int i = 0; i < counters.length; i++) {
      counters[i] = new LongAdder();
    }
  }

  public void increment(Metric metric) {
    counters[metric.ordinal()].increment();
  }

  public void add(Metric metric, long amount) {
    counters[metric.ordinal()].add(amount);
  }

  public long get(Metric metric) {
    return counters[metric.ordinal()].sum();
  }

  public void set(Gauge gauge, long level) {
    gauges.set(gauge.ordinal(), level);
  }

  public void add(Gauge gauge, long amount) {
    gauges.addAndGet(gauge.ordinal(), amount);
  }

  public long get(Gauge gauge) {
    return gauges.get(gauge.ordinal());
  }
}
