package io.widecast.api;

import io.widecast.model.NodeId;
import java.util.Optional;

/**
 * How a node serves its clients.
 *
 * @param host address to listen on
 * @param port 0 for any free one; {@link ApiVerticle#port} tells which it became
 * @param apiKey when present, everything under {@code /v1} asks for it
 * @param bookmarkMillis a quiet watcher hears from the node at least this often
 */
public record ApiOptions(
    String host,
    int port,
    NodeId nodeId,
    NodeId siteId,
    Optional<String> apiKey,
    long bookmarkMillis) {

  /** As the contract promises: at least every 5 s. */
  public static final long BOOKMARK_MILLIS_DEFAULT = 5_000;

  public ApiOptions {
    if (port < 0 || port > 65_535 || bookmarkMillis < 1) {
      throw new IllegalArgumentException("port " + port + ", bookmarks " + bookmarkMillis + " ms");
    }
  }

  public ApiOptions(String host, int port, NodeId nodeId, NodeId siteId) {
    this(host, port, nodeId, siteId, Optional.empty(), BOOKMARK_MILLIS_DEFAULT);
  }

  public ApiOptions withApiKey(Optional<String> key) {
    return new ApiOptions(host, port, nodeId, siteId, key, bookmarkMillis);
  }

  public ApiOptions withBookmarkMillis(long millis) {
    return new ApiOptions(host, port, nodeId, siteId, apiKey, millis);
  }
}
