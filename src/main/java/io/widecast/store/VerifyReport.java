package io.widecast.store;

import io.widecast.model.Token;
import java.util.List;

/**
 * What a check of the whole store found.
 *
 * @param token what the checked map is as of
 */
public record VerifyReport(Token token, List<Alarm> alarms) {

  /**
   * @param kind a stable name, such as {@code dangling}
   * @param where tree, page or key
   */
  public record Alarm(String kind, String where, String detail) {}

  public VerifyReport {
    alarms = List.copyOf(alarms);
  }

  public boolean sound() {
    return alarms.isEmpty();
  }
}
