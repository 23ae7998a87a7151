package io.widecast.api;

import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.util.regex.Pattern;

/** What a snapshot may be called. */
final class SnapshotName {

  /** An address of its own, so no snapshot can have it. */
  private static final String TAKEN = "diff";

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private SnapshotName() {}

  /**
   * {@code text} as the name of a snapshot that may be there.
   *
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST}
   */
  static String checked(String text) {
    if (!NAME.matcher(text).matches()) {
      throw Query.bad(
          "a snapshot's name has 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or a"
              + " digit; this is '"
              + Query.shown(text)
              + "'");
    }
    return text;
  }

  /**
   * {@code text} as the name of a new snapshot.
   *
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST}, {@link ErrorCode#CONFLICT}
   */
  static String checkedNew(String text) {
    if (checked(text).equals(TAKEN)) {
      throw new WidecastException(
          ErrorCode.CONFLICT, "'" + TAKEN + "' is an address of its own: choose another name");
    }
    return text;
  }
}
