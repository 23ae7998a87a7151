package io.widecast.model;

import java.util.regex.Pattern;

/**
 * The configured name of a node or of a site: 1 to 64 characters, lower case, digits, {@code . _
 * -}.
 */
public record NodeId(String text) implements Comparable<NodeId> {

  private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  public NodeId {
    if (!isValid(text)) {
      throw new IllegalArgumentException("name '" + text + "' is not " + FORM);
    }
  }

  public static boolean isValid(String text) {
    return FORM.matcher(text).matches();
  }

  @Override
  public int compareTo(NodeId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
