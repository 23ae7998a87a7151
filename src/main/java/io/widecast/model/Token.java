package io.widecast.model;

/**
 * A position in the one order of all publishes: {@code epoch.revision}. Epochs compare first.
 * {@link #NONE} is before everything.
 */
public record Token(long epoch, long revision) implements Comparable<Token> {

  public static final Token NONE = new Token(0, 0);

  public Token {
    if (epoch < 0 || revision < 0) {
      throw new IllegalArgumentException("token " + epoch + "." + revision);
    }
  }

  /**
   * Reads {@code epoch.revision} in decimal.
   *
   * @throws WidecastException {@link ErrorCode#BAD_TOKEN}
   */
  public static Token parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 1 || !isDecimal(text, 0, dot) || !isDecimal(text, dot + 1, text.length())) {
      throw bad(text);
    }
    try {
      return new Token(
          Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
    } catch (NumberFormatException e) { // more than 63 bits
      throw bad(text);
    }
  }

  private static boolean isDecimal(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return from < to;
  }

  private static WidecastException bad(String text) {
    String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
    return new WidecastException(
        ErrorCode.BAD_TOKEN, "a token is epoch.revision, such as 3.1042; this is '" + shown + "'");
  }

  @Override
  public int compareTo(Token other) {
    int byEpoch = Long.compare(epoch, other.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(revision, other.revision);
  }

  @Override
  public String toString() {
    return epoch + "." + revision;
  }
}
