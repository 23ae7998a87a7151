package io.widecast.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes that must never change, as hex with comments, in {@code src/test/resources/golden}. */
public final class GoldenBytes {

  private GoldenBytes() {}

  /** What the file {@code name} spells: hex digits, with spaces between and comments behind #. */
  public static byte[] read(String name) throws IOException {
    try (InputStream in = GoldenBytes.class.getResourceAsStream("/golden/" + name)) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.replaceAll("#.*", "").replaceAll("\\s", ""));
    }
  }

  public static void assertGolden(String name, byte[] bytes) throws IOException {
    assertEquals(HexFormat.of().formatHex(read(name)), HexFormat.of().formatHex(bytes));
  }
}
