package io.widecast.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.NodeId;
import io.widecast.sim.SimDisk;
import io.widecast.wire.Crc;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StoreFormatTest {

  private static final String GOLDEN =
      "widecast redo-log 1\nnode paris-1\nidentity 0123456789abcdef\ncrc 9e01442c\n";

  private final SimDisk disk = new SimDisk();

  @Test
  void isReadAsItWasWritten() throws Exception {
    var format =
        new StoreFormat(StoreFormat.Kind.REDO_LOG, new NodeId("paris-1"), 0x0123456789abcdefL);

    assertThat(StoreFormat.read(disk)).isEmpty();
    format.write(disk);

    assertThat(new String(disk.bytes(StoreFormat.FILE), StandardCharsets.US_ASCII))
        .isEqualTo(GOLDEN);
    assertThat(StoreFormat.read(disk)).contains(format);
  }

  @Test
  void everyOtherTextIsRefused() {
    for (int i = 0; i < GOLDEN.length(); i++) {
      String flipped =
          GOLDEN.substring(0, i) + (char) (GOLDEN.charAt(i) ^ 1) + GOLDEN.substring(i + 1);
      assertThatThrownBy(() -> StoreFormat.parse(flipped, "here"))
          .isInstanceOf(StoreException.class);
      String cut = GOLDEN.substring(0, i);
      assertThatThrownBy(() -> StoreFormat.parse(cut, "here")).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void anotherVersionIsNamedAndNotTouched() {
    String newer = "widecast container 2\nnode paris-1\nidentity 0123456789abcdef\n";
    byte[] bytes = newer.getBytes(StandardCharsets.US_ASCII);
    String crc = String.format("%08x", Crc.of(0, bytes, 0, bytes.length));

    assertThatThrownBy(() -> StoreFormat.parse(newer + "crc " + crc + "\n", "here"))
        .hasMessageContaining("container 2")
        .hasMessageContaining("redo-log 1");
  }
}
