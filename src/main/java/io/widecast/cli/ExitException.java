package io.widecast.cli;

/** Ends a command with a code and, unless it is null, one sentence on stderr. */
final class ExitException extends RuntimeException {

  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int NOT_FOUND = 3;
  static final int PRECONDITION_FAILED = 4;

  private final int code;

  ExitException(int code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  int code() {
    return code;
  }
}
