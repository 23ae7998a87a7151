package io.widecast.metrics;

/**
 * Every counter of a node: one name, one meaning. The reference lists them all; a test compares.
 */
public enum Metric {
  FRAMES_MALFORMED("frames.malformed", "Frames dropped: bad length, field or checksum"),
  FRAMES_FOREIGN("frames.foreign", "Frames dropped: another cluster's"),
  FRAMES_WRONG_VERSION(
      "frames.wrong.version", "Frames dropped: a version this node does not speak"),
  FRAMES_OLD_TERM("frames.old.term", "Frames dropped: sent under an older term"),
  DATAGRAMS_SENT("datagrams.sent", "Datagrams sent, multicast and unicast"),
  DATAGRAMS_UNSENT("datagrams.unsent", "Datagrams dropped because the kernel took no more"),
  DATAGRAMS_RECEIVED("datagrams.received", "Datagrams received from other nodes"),
  MULTICAST_BYTES_SENT("multicast.bytes.sent", "Bytes of datagrams sent to the group"),
  UNICAST_BYTES_SENT("unicast.bytes.sent", "Bytes of datagrams sent to one node"),
  ENTRIES_ORDERED("entries.ordered", "Entries this node numbered as master"),
  ENTRIES_COMMITTED("entries.committed", "Entries this node learned to be final"),
  ENTRIES_DUPLICATE("entries.duplicate", "Entries received again and dropped"),
  ENTRIES_BEYOND_WINDOW("entries.beyond.window", "Entries dropped: too far ahead to hold"),
  ENTRIES_CUT("entries.cut", "Entries cut off the log: a newer master's order replaced them"),
  ENTRIES_RESENT("entries.resent", "Entries sent again on request"),
  RETRANSMIT_REQUESTS_SENT("retransmit.requests.sent", "Requests for missing entries sent"),
  RETRANSMIT_REQUESTS_RECEIVED(
      "retransmit.requests.received", "Requests for missing entries received"),
  RETRANSMIT_CANNOT("retransmit.cannot", "Requests answered: not now"),
  RETRANSMIT_GONE("retransmit.gone", "Requests answered: no longer held"),
  PROXY_ACKS("proxy.acks", "Pending bits cleared on behalf of an edge or a stale member"),
  MEMBERS_STALE("members.stale", "Times a member was given up as stale"),
  MASTER_CHANGES("master.changes", "Times this node learned of another master"),
  OVERSIZE_TRIGGERS("oversize.triggers", "Entries announced by a trigger instead of multicast"),
  OVERSIZE_FETCHES("oversize.fetches", "Entries fetched over a connection"),
  COPIES_SERVED("copies.served", "Copies sent to other nodes, whole or of what has changed"),
  COPIES_TAKEN("copies.taken", "Copies taken from other nodes, whole or of what has changed"),
  LAN_BYTES_COPY("lan.bytes.copy", "Bytes of copies sent to core nodes"),
  WAN_BYTES_ENTRIES("wan.bytes.entries", "Bytes of entries sent to edge nodes"),
  WAN_BYTES_COPY("wan.bytes.copy", "Bytes of copies sent to edge nodes"),
  WAN_BYTES_CONTROL("wan.bytes.control", "Bytes of other frames sent to edge nodes"),
  WAN_RECONNECTS("wan.reconnects", "Streams to the home site begun anew"),
  LOG_FSYNCS("log.fsyncs", "Times the log was forced to disk"),
  LOG_BYTES("log.bytes", "Bytes appended to the log"),
  LOG_TORN("log.torn", "Torn tails cut off at a start"),
  CHECKPOINTS("checkpoints", "Checkpoints written"),
  DISK_FULL("disk.full", "Log writes refused by a full disk"),
  SEGMENTS_CLEANED("segments.cleaned", "Segments of the store freed by the cleaner"),
  PAGES_COPIED("pages.copied", "Pages written anew because what they hold changed"),
  BLOCKS_DELETED("blocks.deleted", "Blocks given up by deletions of snapshots and history"),
  DELETE_BATCHES("delete.batches", "Batches in which these were given up"),
  PUBLISHES("publishes", "Publish requests taken from clients"),
  PUBLISHES_REFUSED("publishes.refused", "Publish requests refused"),
  PUBLISHES_REPEATED("publishes.repeated", "Retries answered from memory"),
  HTTP_REQUESTS("http.requests", "HTTP requests taken"),
  WATCHES_OPENED("watches.opened", "Watches begun"),
  WATCH_EVENTS("watch.events", "Events sent to watchers"),
  WATCH_SKIPPED("watch.skipped", "Events left out for slow watchers, a newer value standing in"),
  WATCH_RESETS("watch.resets", "Watches told to begin anew"),
  KEYS_EXPIRED("keys.expired", "Keys deleted because their time was over"),
  FAULTS_INJECTED("faults.injected", "Messages the fault injector lost, doubled or delayed");

  private final String text;
  private final String meaning;

  Metric(String text, String meaning) {
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
