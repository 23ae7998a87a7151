package io.widecast.store.verify;

import io.widecast.store.VerifyReport.Alarm;
import java.util.ArrayList;
import java.util.List;

/** The alarms so far. A report holds a bounded number; then a last one says how many more. */
final class Alarms {

  /** More would tell nobody more, and one lost page can raise one for each key below it. */
  static final int MAX = 1000;

  private final List<Alarm> alarms = new ArrayList<>();
  private long more;

  void raise(AlarmKind kind, String where, String detail) {
    add(new Alarm(kind.text(), where, detail));
  }

  void add(Alarm alarm) {
    if (alarms.size() < MAX) {
      alarms.add(alarm);
    } else {
      more++;
    }
  }

  boolean isEmpty() {
    return alarms.isEmpty();
  }

  List<Alarm> list() {
    var all = new ArrayList<Alarm>(alarms);
    if (more > 0) {
      all.add(
          new Alarm(AlarmKind.MORE.text(), "report", more + " alarms more than a report holds"));
    }
    return all;
  }
}
