package io.widecast.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param place where it stands: {@code file:line}, {@code --set} or the environment variable
 * @param key full name, such as {@code http.port}; empty when the file cannot be read as YAML
 * @param detail the value found, and what is allowed or what to do
 */
public record ConfigProblem(String place, String key, String detail) {

  @Override
  public String toString() {
    return place + ": " + (key.isEmpty() ? "" : key + ": ") + detail;
  }
}
