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
  UNICAST_MEMBERS("unicast.members", "Members served by unicast because multicast does not reach");

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
