package io.widecast.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How to reach a cluster.
 *
 * @param endpoints one or more nodes, tried in turn from the one that answered last
 * @param apiKey sent with each request, as a bearer token
 * @param requestTimeout for one request with all its retries; above zero
 */
public record ClientOptions(
    List<Endpoint> endpoints, Optional<String> apiKey, Duration requestTimeout) {

  public static final Duration REQUEST_TIMEOUT_DEFAULT = Duration.ofSeconds(30);

  public ClientOptions {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty() || requestTimeout.isNegative() || requestTimeout.isZero()) {
      throw new IllegalArgumentException(
          endpoints.size() + " endpoints, timeout " + requestTimeout);
    }
  }

  /** Without a key, with the usual timeout. */
  public static ClientOptions of(String... endpoints) {
    return new ClientOptions(
        List.of(endpoints).stream().map(Endpoint::parse).toList(),
        Optional.empty(),
        REQUEST_TIMEOUT_DEFAULT);
  }
}
