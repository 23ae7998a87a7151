package io.widecast.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Conditions and parameters of a write, as HTTP headers and query parameters. Immutable: each
 * {@code with} answers a copy. A write always has an idempotency key, so that it can be retried.
 */
public final class WriteOptions {

  private final Map<String, String> headers;
  private final Map<String, String> parameters;

  private WriteOptions(Map<String, String> headers, Map<String, String> parameters) {
    this.headers = headers;
    this.parameters = parameters;
  }

  /** No condition, the default level, a new idempotency key. */
  public static WriteOptions none() {
    return new WriteOptions(Map.of("Idempotency-Key", UUID.randomUUID().toString()), Map.of());
  }

  /** Only when the key holds what {@code position}, a token or a bare revision, wrote. */
  public WriteOptions ifMatch(String position) {
    return header("If-Match", '"' + position + '"');
  }

  /** Only when the key is absent. */
  public WriteOptions ifAbsent() {
    return header("If-None-Match", "*");
  }

  /** The name under which a retry, also one by another process, is known for the same write. */
  public WriteOptions idempotencyKey(String key) {
    return header("Idempotency-Key", key);
  }

  /** {@code ttl}, {@code ack}, {@code wait} or {@code timeout}, as the HTTP API spells them. */
  public WriteOptions with(String parameter, String value) {
    return new WriteOptions(headers, plus(parameters, parameter, value));
  }

  /** As {@link #with(String, String)}, when there is a value. */
  public WriteOptions with(String parameter, Optional<String> value) {
    return value.map(text -> with(parameter, text)).orElse(this);
  }

  private WriteOptions header(String name, String value) {
    return new WriteOptions(plus(headers, name, value), parameters);
  }

  private static Map<String, String> plus(Map<String, String> map, String key, String value) {
    var more = new LinkedHashMap<>(map);
    more.put(key, value);
    return more;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** {@code ?a=b&c=d}, or nothing. */
  String query() {
    return query(parameters);
  }

  static String query(Map<String, String> parameters) {
    return parameters.isEmpty()
        ? ""
        : parameters.entrySet().stream()
            .map(e -> e.getKey() + "=" + KeyPath.encodeParameter(e.getValue()))
            .collect(Collectors.joining("&", "?", ""));
  }
}
