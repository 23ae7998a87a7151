package io.widecast.api.json;

import io.widecast.model.ErrorCode;
import io.widecast.model.WidecastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The members of one JSON object that were read so far: each may come once. */
final class Members {

  private final String allowed;
  private final List<String> seen = new ArrayList<>(8);

  /**
   * @param allowed a sentence that lists the members there are
   */
  Members(String allowed) {
    this.allowed = allowed;
  }

  String take(String name) {
    if (seen.contains(name)) {
      throw new WidecastException(
          ErrorCode.BAD_REQUEST, "the member " + shown(name) + " stands twice in one object");
    }
    seen.add(name);
    return name;
  }

  boolean has(String name) {
    return seen.contains(name);
  }

  /**
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} when one was read that is not allowed
   */
  void checkOnly(Set<String> names, String op) {
    for (String name : seen) {
      if (!name.equals("op") && !names.contains(name)) {
        throw new WidecastException(
            ErrorCode.BAD_REQUEST,
            "unknown member " + shown(name) + ": " + op + " has " + new TreeSet<>(names));
      }
    }
  }

  WidecastException unknown(String name) {
    return new WidecastException(
        ErrorCode.BAD_REQUEST, "unknown member " + shown(name) + ": " + allowed);
  }

  private static String shown(String name) {
    return "'" + (name.length() > 64 ? name.substring(0, 64) + "…" : name) + "'";
  }
}
