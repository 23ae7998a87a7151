package io.widecast.store;

import io.widecast.metrics.Gauge;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.store.container.Container;
import io.widecast.store.snapshot.SnapshotRow;

/** Tells how a container stands; called now and then by its owner. */
final class StoreGauges {

  private final Metrics metrics;
  private long cleaned; // as told last
  private long deleted;
  private long batches;
  private long copied;

  StoreGauges(Metrics metrics) {
    this.metrics = metrics;
  }

  void show(Container owned) {
    metrics.set(Gauge.SEGMENTS, owned.segments().count());
    metrics.set(Gauge.SEGMENT_BYTES, owned.segments().totalBytes());
    metrics.set(Gauge.LIVE_BYTES, owned.segments().liveBytes());
    metrics.set(Gauge.PAGES, owned.pageCount());
    metrics.set(Gauge.PAGE_CACHE_BYTES, owned.pageCacheBytes());
    metrics.set(Gauge.CHANGED_BYTES, owned.changedBytes());
    metrics.set(Gauge.HISTORY_HORIZON, owned.horizon().revision());
    metrics.set(
        Gauge.SNAPSHOTS,
        owned.forest().rows().stream()
            .filter(row -> !row.name().isEmpty() && row.state() != SnapshotRow.State.GHOST)
            .count());
    cleaned = add(Metric.SEGMENTS_CLEANED, cleaned, owned.segmentsCleaned());
    deleted = add(Metric.BLOCKS_DELETED, deleted, owned.deletion().blocksRemoved());
    batches = add(Metric.DELETE_BATCHES, batches, owned.deletion().batches());
    copied = add(Metric.PAGES_COPIED, copied, owned.pagesCopied());
  }

  private long add(Metric metric, long before, long now) {
    metrics.add(metric, now < before ? now : now - before); // counted anew in a new container
    return now;
  }
}
