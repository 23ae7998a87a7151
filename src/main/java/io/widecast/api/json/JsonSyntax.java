package io.widecast.api.json;

/**
 * Whether bytes are one JSON value (RFC 8259), without making anything of it: a value is looked at
 * each time it is shown, so this costs a pass over its bytes and no allocation. That the bytes are
 * UTF-8 is checked elsewhere.
 */
final class JsonSyntax {

  /** Values nested deeper count as no JSON, as they do when they are published. */
  static final int DEPTH_MAX = 1000;

  private final byte[] json;
  private final int end;
  private int at;

  private JsonSyntax(byte[] json) {
    this.json = json;
    this.end = json.length;
  }

  /** One value, with nothing but white space around it. */
  static boolean isValue(byte[] json) {
    var syntax = new JsonSyntax(json);
    if (!syntax.value(0)) {
      return false;
    }
    syntax.skipSpace();
    return syntax.at == syntax.end;
  }

  private boolean value(int depth) {
    skipSpace();
    if (at == end) {
      return false;
    }
    return switch (json[at]) {
      case '"' -> string();
      case '{' -> depth < DEPTH_MAX && object(depth + 1);
      case '[' -> depth < DEPTH_MAX && array(depth + 1);
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    };
  }

  private boolean object(int depth) {
    at++;
    skipSpace();
    if (take('}')) {
      return true;
    }
    do {
      skipSpace();
      if (at == end || json[at] != '"' || !string()) {
        return false;
      }
      skipSpace();
      if (!take(':') || !value(depth)) {
        return false;
      }
      skipSpace();
    } while (take(','));
    return take('}');
  }

  private boolean array(int depth) {
    at++;
    skipSpace();
    if (take(']')) {
      return true;
    }
    do {
      if (!value(depth)) {
        return false;
      }
      skipSpace();
    } while (take(','));
    return take(']');
  }

  /** From its opening quotation mark on. */
  private boolean string() {
    at++;
    while (at < end) {
      byte b = json[at++];
      if (b == '"') {
        return true;
      }
      if (b == '\\' ? !escape() : b >= 0 && b < ' ') {
        return false;
      }
    }
    return false;
  }

  private boolean escape() {
    if (at == end) {
      return false;
    }
    return switch (json[at++]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> true;
      case 'u' -> hexDigit() && hexDigit() && hexDigit() && hexDigit();
      default -> false;
    };
  }

  private boolean hexDigit() {
    if (at == end) {
      return false;
    }
    int b = json[at++];
    return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F';
  }

  private boolean number() {
    take('-');
    if (!take('0') && !digits()) {
      return false;
    }
    if (take('.') && !digits()) {
      return false;
    }
    if (take('e') || take('E')) {
      if (!take('+')) {
        take('-');
      }
      return digits();
    }
    return true;
  }

  /** One digit or more. */
  private boolean digits() {
    int from = at;
    while (at < end && json[at] >= '0' && json[at] <= '9') {
      at++;
    }
    return at > from;
  }

  private boolean literal(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!take(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean take(char wanted) {
    if (at < end && json[at] == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < end
        && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
      at++;
    }
  }
}
