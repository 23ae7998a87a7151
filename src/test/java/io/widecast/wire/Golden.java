package io.widecast.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Bytes written down as commented hex, one file for each form, under {@code
 * src/test/resources/golden}. With {@code -Dgolden.update} the files are rewritten, to be read in
 * the diff: a changed byte is a changed format and needs a new version beside the old one.
 *
 * <p>A field is a form and a name, such as {@code "8 term"} or {@code "v revision"}. Forms: a
 * number of bytes; {@code v} varint; {@code t} varint length, then so many bytes; {@code e} an
 * entry, which begins with its length; {@code *} all but the last four bytes.
 */
final class Golden {

  private static final Path DIRECTORY = Path.of("src/test/resources/golden");
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final int BYTES_A_LINE = 16;

  private Golden() {}

  /** What the file of that name holds. */
  static byte[] bytes(String name) {
    var out = new ByteArrayOutputStream();
    for (String line : text(name).split("\n")) {
      String hex = line.split("#", 2)[0].strip();
      if (!hex.isEmpty()) {
        out.writeBytes(HEX.parseHex(hex));
      }
    }
    return out.toByteArray();
  }

  /** Fails unless the file of that name shows these bytes, divided into these fields. */
  static void check(String name, String title, byte[] bytes, String... fields) {
    String shown = render(title, bytes, fields);
    if (System.getProperty("golden.update") != null) {
      write(name, shown);
    }
    assertThat(text(name)).as(name).isEqualTo(shown);
  }

  private static String text(String name) {
    try {
      return Files.readString(DIRECTORY.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("written with -Dgolden.update", e);
    }
  }

  private static void write(String name, String text) {
    try {
      Path file = DIRECTORY.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String render(String title, byte[] bytes, String... fields) {
    var text = new StringBuilder("# " + title + "\n");
    int position = 0;
    for (String field : fields) {
      String form = field.split(" ", 2)[0];
      String name = field.split(" ", 2)[1];
      try {
        int size = size(form, bytes, position);
        line(text, bytes, position, size, name + value(form, bytes, position, size));
        position += size;
      } catch (WireException e) {
        throw new AssertionError(title + ": no " + name + " at " + position, e);
      }
    }
    assertThat(position).as("bytes that the fields of '%s' cover", title).isEqualTo(bytes.length);
    return text.toString();
  }

  private static int size(String form, byte[] bytes, int position) throws WireException {
    var in = new ByteReader(bytes, position, bytes.length - position);
    return switch (form) {
      case "v" -> {
        in.varint();
        yield in.position() - position;
      }
      case "t" -> {
        in.sized(bytes.length);
        yield in.position() - position;
      }
      case "e" -> in.u32();
      case "*" -> bytes.length - position - 4;
      default -> Integer.parseInt(form);
    };
  }

  private static String value(String form, byte[] bytes, int position, int size)
      throws WireException {
    var in = new ByteReader(bytes, position, size);
    return switch (form) {
      case "1" -> " = " + in.u8();
      case "2" -> " = " + in.u16();
      case "v" -> " = " + in.varint();
      case "t" -> " = '" + in.sized(size) + "'";
      case "e" -> ", as in entry/";
      default -> "";
    };
  }

  private static void line(StringBuilder text, byte[] bytes, int from, int size, String comment) {
    for (int done = 0; done < size; done += BYTES_A_LINE) {
      int length = Math.min(BYTES_A_LINE, size - done);
      String hex = HEX.formatHex(bytes, from + done, from + done + length);
      String shown = done == 0 ? String.format("%-48s # %s", hex, comment) : hex;
      text.append(shown).append('\n');
    }
  }
}
