package io.widecast.bench;

import java.nio.charset.StandardCharsets;

/**
 * Publish messages that differ in their numbers only: copied from a template, digits filled in. Not
 * safe for several threads.
 */
final class PublishText {

  private static final int ID_BASE = 100_000_000; // ids of nine digits, none with a leading zero

  private final byte[] template;
  private final int keyAt;
  private final int valueAt;
  private final int idAt;
  private final int keys;

  /**
   * @param keys how many keys take turns
   * @param valueBytes size of each value, at least {@link FrameScan#DIGITS}
   */
  PublishText(int keys, int valueBytes, String ack) {
    String digits = "0".repeat(FrameScan.DIGITS);
    String text =
        "{\"id\":"
            + ID_BASE
            + ",\"op\":\"publish\",\"ack\":\""
            + ack
            + "\",\"pairs\":[{\"key\":\"bench/"
            + digits
            + "\",\"value\":\""
            + digits
            + "x".repeat(valueBytes - FrameScan.DIGITS)
            + "\"}]}";
    this.keys = keys;
    this.template = text.getBytes(StandardCharsets.US_ASCII);
    this.idAt = text.indexOf(String.valueOf(ID_BASE));
    this.keyAt = text.indexOf(digits, text.indexOf("bench/"));
    this.valueAt = text.indexOf(digits, text.indexOf("\"value\""));
  }

  /** The message of publish {@code number}, 0 or more. */
  String of(int number) {
    fill(idAt, ID_BASE + number);
    fill(keyAt, number % keys);
    fill(valueAt, number);
    return new String(template, StandardCharsets.ISO_8859_1);
  }

  /** The number of the publish that the reply with {@code id} is for. */
  static int numberOf(long id) {
    return (int) (id - ID_BASE);
  }

  private void fill(int at, int number) {
    int rest = number;
    for (int i = at + FrameScan.DIGITS - 1; i >= at; i--) {
      template[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
