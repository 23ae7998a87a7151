package io.widecast.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a benchmark found: tables, each row a map from column to number or text. */
public final class Report {

  /**
   * @param title what was measured, under which conditions
   */
  public record Section(String title, List<Map<String, Object>> rows) {}

  private final List<Section> sections = new ArrayList<>();

  /** Adds a table; rows may be added to it later. */
  public Section section(String title) {
    var section = new Section(title, new ArrayList<>());
    sections.add(section);
    return section;
  }

  public List<Section> sections() {
    return sections;
  }

  /** A cell as it is shown to a person: whole numbers in groups, others with two decimals. */
  public static String shown(Object cell) {
    if (cell instanceof Double number) {
      return String.format(Locale.ROOT, "%.2f", number);
    }
    return cell instanceof Long number
        ? String.format(Locale.ROOT, "%,d", number)
        : String.valueOf(cell);
  }

  /** A row in one line, for those who wait. */
  static String shown(Map<String, Object> row) {
    return row.entrySet().stream()
        .map(cell -> cell.getKey() + " " + shown(cell.getValue()))
        .collect(Collectors.joining(", "));
  }

  /**
   * One row out of one for each run, all with the same columns: the median of every column of
   * numbers, the first text of any other.
   */
  static Map<String, Object> medians(List<Map<String, Object>> runs) {
    var row = new LinkedHashMap<String, Object>();
    for (Map.Entry<String, Object> column : runs.get(0).entrySet()) {
      List<Double> sorted =
          runs.stream()
              .map(run -> run.get(column.getKey()))
              .filter(Number.class::isInstance)
              .map(value -> ((Number) value).doubleValue())
              .sorted()
              .toList();
      if (sorted.size() < runs.size()) {
        row.put(column.getKey(), column.getValue());
      } else {
        double median = (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
        boolean whole = runs.stream().allMatch(run -> run.get(column.getKey()) instanceof Long);
        row.put(column.getKey(), whole ? (Object) Math.round(median) : (Object) median);
      }
    }
    return row;
  }
}
