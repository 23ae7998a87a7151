package io.widecast.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.widecast.bench.Machine;
import io.widecast.bench.Report;

/** A report as JSON. */
final class BenchJson {

  private BenchJson() {}

  static String of(Report report) {
    var sections = new JsonArray();
    for (Report.Section section : report.sections()) {
      var rows = new JsonArray();
      section.rows().forEach(row -> rows.add(new JsonObject(row)));
      sections.add(new JsonObject().put("title", section.title()).put("rows", rows));
    }
    return new JsonObject()
        .put("machine", Machine.describe())
        .put("sections", sections)
        .encodePrettily();
  }
}
