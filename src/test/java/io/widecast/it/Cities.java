package io.widecast.it;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Real cities: the 5,000 that the product brings, or with {@code -Dwidecast.cities=FILE} any number
 * of lines of NDJSON, also gzipped.
 */
record Cities(String lines, TreeMap<String, String> values) {

  static Cities read() {
    String file = System.getProperty("widecast.cities", "");
    Path path = Path.of(file.isEmpty() ? "src/main/resources/demo/cities-5000.ndjson" : file);
    try (InputStream in = Files.newInputStream(path)) {
      InputStream plain = path.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
      String lines = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
      var values = new TreeMap<String, String>();
      for (String line : lines.split("\n")) {
        var pair = new JsonObject(line);
        values.put(pair.getString("key"), Copies.canonical(pair.getValue("value")));
      }
      return new Cities(lines, values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
