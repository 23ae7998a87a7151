package io.widecast.metrics;

/** Every level of a node that can rise and fall. */
public enum Gauge {
  BUFFER_BYTES("buffer.bytes", "Bytes in the retransmit buffer"),
  BUFFER_ENTRIES("buffer.entries", "Entries in the retransmit buffer"),
  WAN_STREAMS("wan.streams", "Edge streams served now"),
  WAN_BACKLOG_BYTES("wan.backlog.bytes", "Bytes queued or in flight to edge nodes"),
  WATCHES("watches", "Watches open now"),
  WATCH_QUEUE_BYTES("watch.queue.bytes", "Bytes queued for watchers"),
  REVISION("revision", "Revision of this node's copy"),
  EPOCH("epoch", "Epoch of this node's copy"),
  KEYS("keys", "Keys present"),
  CONTENT_BYTES("content.bytes", "Bytes of the keys and values present"),
  UNICAST_MEMBERS("unicast.members", "Members served by unicast because multicast does not reach"),
  SEGMENTS("segments", "Segments of the store"),
  SEGMENT_BYTES("segment.bytes", "Bytes in all segments of the store"),
  LIVE_BYTES("live.bytes", "Bytes in segments that are still reachable"),
  PAGES("pages", "Pages of all trees of the store"),
  PAGE_CACHE_BYTES("page.cache.bytes", "Bytes of pages in memory that are as on disk"),
  CHANGED_BYTES("changed.bytes", "Bytes in memory that the next checkpoint writes"),
  SNAPSHOTS("snapshots", "Snapshots, those being deleted included"),
  HISTORY_HORIZON("history.horizon", "Lowest revision that can still be read"),
  ALARMS("alarms", "What the last check of the store found wrong: 0 when it was sound");

  private final String text;
  private final String meaning;

  Gauge(String text, String meaning) {
    this.text = text;
    this.meaning = meaning;
  }

  public String text() {
    return text;
  }

  public String meaning() {
    return meaning;
  }
}
