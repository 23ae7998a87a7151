package io.widecast.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.widecast.metrics.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The description and the table of routes say the same. */
class OpenApiTest {

  private final JsonObject description = read();

  @Test
  void everythingServedIsDescribedAndTheOtherWayRound() {
    var served = new TreeSet<String>();
    for (Route route : Routes.of(noHandlers())) {
      served.add(route.method().name() + " " + route.template());
    }

    var described = new TreeSet<String>();
    JsonObject paths = description.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        if (!method.equals("parameters")) {
          described.add(method.toUpperCase(Locale.ROOT) + " " + path);
        }
      }
    }

    assertThat(described).isEqualTo(served);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    var references = new HashSet<String>();
    collect(description.getMap(), references);

    for (String reference : references) {
      JsonObject at = description;
      String[] steps = reference.substring(2).split("/");
      for (String step : steps) {
        assertThat(at.containsKey(step)).as(reference).isTrue();
        at = at.getJsonObject(step);
      }
    }
    assertThat(references).isNotEmpty();
  }

  @Test
  void everyVariableOfAPathIsAParameter() {
    JsonObject paths = description.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      var variable = Pattern.compile("\\{(\\w+)}").matcher(path);
      if (variable.find()) {
        assertThat(paths.getJsonObject(path).encode())
            .as(path)
            .containsAnyOf(
                "\"name\":\"" + variable.group(1) + "\"",
                "parameters/key\"",
                "parameters/snapshotName\"");
      }
    }
  }

  private static void collect(Object value, Collection<String> references) {
    if (value instanceof JsonObject object) {
      collect(object.getMap(), references);
    } else if (value instanceof Map<?, ?> map) {
      if (map.get("$ref") instanceof String reference) {
        references.add(reference);
      }
      map.values().forEach(v -> collect(v, references));
    } else if (value instanceof Iterable<?> many) {
      many.forEach(v -> collect(v, references));
    }
  }

  /** Routes bind their handlers, so there must be some; none is called. */
  private static Routes.Handlers noHandlers() {
    return new Routes.Handlers(
        new KvHandler(null, null),
        new ListHandler(null),
        new PublishHandler(null),
        new WatchHandler(null, null, null, null),
        new StreamHandler(null, null),
        new ClusterHandler(null, null, null),
        new HistoryHandler(null),
        new SnapshotHandler(null),
        new StoreHandler(null),
        new HealthHandler(null, null),
        new MetricsHandler(new Metrics()),
        new StaticFiles(null));
  }

  private static JsonObject read() {
    try (var in = OpenApiTest.class.getResourceAsStream("/openapi.json")) {
      return new JsonObject(Buffer.buffer(in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
