package io.widecast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameScanTest {

  @Test
  void readsTheNumbersOfAFrame() {
    byte[] frame =
        bytes(
            "{\"watch\":1,\"token\":\"3.1043\",\"skipped\":7,\"events\":["
                + "{\"type\":\"put\",\"key\":\"bench/000000001\",\"value\":\"000000042xx\","
                + "\"revision\":1042},{\"type\":\"put\",\"key\":\"bench/000000002\","
                + "\"value\":\"123456789\",\"revision\":1043}]}");

    assertThat(FrameScan.isReply(frame)).isFalse();
    assertThat(FrameScan.revision(frame)).isEqualTo(1043);
    assertThat(FrameScan.skipped(frame)).isEqualTo(7);
    assertThat(numbers(frame)).containsExactly(42, 123456789);
  }

  @Test
  void readsAReply() {
    byte[] reply = bytes("{\"id\":100000042,\"ok\":true,\"token\":\"1.9\",\"revision\":9}");

    assertThat(FrameScan.isReply(reply)).isTrue();
    assertThat(FrameScan.isOk(reply)).isTrue();
    assertThat(FrameScan.id(reply)).isEqualTo(100000042);
    assertThat(FrameScan.revision(reply)).isEqualTo(9);
    assertThat(FrameScan.isOk(bytes("{\"id\":1,\"error\":{\"type\":\"x\"}}"))).isFalse();
  }

  @Test
  void whatIsNotThereIsNotFound() {
    byte[] bookmark = bytes("{\"watch\":1,\"bookmark\":true}");

    assertThat(FrameScan.revision(bookmark)).isEqualTo(-1);
    assertThat(FrameScan.id(bookmark)).isEqualTo(-1);
    assertThat(FrameScan.skipped(bookmark)).isZero();
    assertThat(numbers(bookmark)).isEmpty();
    assertThat(numbers(bytes("\"value\":\"12"))).isEmpty();
    assertThat(FrameScan.revision(bytes("\"token\":\"1"))).isEqualTo(-1);
  }

  @Test
  void readsWhatThePublisherWrites() {
    var texts = new PublishText(100, 20, "all");

    byte[] message = bytes(texts.of(1234));

    assertThat(new String(message, StandardCharsets.US_ASCII))
        .isEqualTo(
            "{\"id\":100001234,\"op\":\"publish\",\"ack\":\"all\",\"pairs\":[{\"key\":"
                + "\"bench/000000034\",\"value\":\"000001234xxxxxxxxxxx\"}]}");
    assertThat(PublishText.numberOf(FrameScan.id(message))).isEqualTo(1234);
    assertThat(numbers(message)).containsExactly(1234);
    assertThat(numbers(bytes(texts.of(7)))).containsExactly(7);
  }

  private static List<Integer> numbers(byte[] frame) {
    var numbers = new ArrayList<Integer>();
    FrameScan.numbers(frame, numbers::add);
    return numbers;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
