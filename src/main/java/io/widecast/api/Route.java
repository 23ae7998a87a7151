package io.widecast.api;

import io.vertx.core.http.HttpMethod;

/**
 * One thing that is served.
 *
 * @param template as OpenAPI writes it; a variable part stands at the end or before a last literal,
 *     and {@code {key}} takes the slashes too
 */
record Route(HttpMethod method, String template, Handler handler) {

  /** What answers a request; a {@code WidecastException} thrown becomes the problem it says. */
  interface Handler {
    void handle(Exchange exchange);
  }

  boolean hasVariable() {
    return template.indexOf('{') >= 0;
  }

  /** The template up to its variable part. */
  String prefix() {
    return hasVariable() ? template.substring(0, template.indexOf('{')) : template;
  }

  /** The template after its variable part. */
  String suffix() {
    return template.substring(template.indexOf('}') + 1);
  }

  /** Whether {@code path}, still percent-encoded, is one of this route's. */
  boolean matches(String path) {
    if (!hasVariable()) {
      return path.equals(template);
    }
    int variable = path.length() - prefix().length() - suffix().length();
    return variable >= 0
        && path.startsWith(prefix())
        && path.endsWith(suffix())
        && (template.endsWith("{key}") || variable > 0 && variable(path).indexOf('/') < 0);
  }

  /** What the variable part of {@code path} is. */
  String variable(String path) {
    return hasVariable()
        ? path.substring(prefix().length(), path.length() - suffix().length())
        : "";
  }
}
