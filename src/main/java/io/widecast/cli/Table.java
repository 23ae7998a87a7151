package io.widecast.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows with aligned columns, two spaces between; a column of numbers stands to the right. */
final class Table {

  private final List<String[]> rows = new ArrayList<>();

  Table(String... headers) {
    rows.add(headers);
  }

  Table row(Object... cells) {
    if (cells.length != rows.get(0).length) {
      throw new IllegalArgumentException(Arrays.toString(cells));
    }
    rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
    return this;
  }

  void print(PrintStream out) {
    int columns = rows.get(0).length;
    int[] widths = new int[columns];
    boolean[] numbers = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      int c = column;
      widths[c] = rows.stream().mapToInt(row -> width(row[c])).max().orElse(0);
      numbers[c] = rows.stream().skip(1).allMatch(row -> row[c].matches("[-+0-9][0-9.,]*|-|"));
    }
    for (String[] row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String gap = " ".repeat(widths[column] - width(row[column]));
        line.append(numbers[column] ? gap + row[column] : row[column] + gap).append("  ");
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
