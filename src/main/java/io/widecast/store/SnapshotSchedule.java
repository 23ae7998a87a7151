package io.widecast.store;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * When to take a snapshot by itself, and which of those taken so to give up. What it has taken it
 * knows by the names, so it goes on after a restart where it was. A pure function of time and list.
 *
 * @param everyMillis 0 for never
 * @param kept at the most, the newest; 1 or more
 */
public record SnapshotSchedule(long everyMillis, int kept) {

  public static final SnapshotSchedule NEVER = new SnapshotSchedule(0, 1);

  private static final String PREFIX = "auto-";
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'auto-'uuuuMMdd't'HHmmss'z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  public SnapshotSchedule {
    if (everyMillis < 0 || kept < 1) {
      throw new IllegalArgumentException("every " + everyMillis + " ms, kept " + kept);
    }
  }

  public boolean isOn() {
    return everyMillis > 0;
  }

  /** The name of the snapshot that is due, if one is. */
  public Optional<String> due(List<SnapshotInfo> snapshots, long nowMillis) {
    boolean early =
        own(snapshots).stream()
            .anyMatch(snapshot -> nowMillis - snapshot.createdAtMillis() < everyMillis);
    String name = NAME.format(Instant.ofEpochMilli(nowMillis));
    boolean taken = snapshots.stream().anyMatch(snapshot -> snapshot.name().equals(name));
    return isOn() && !early && !taken ? Optional.of(name) : Optional.empty();
  }

  /** The names of those that are too many, the oldest first. */
  public List<String> surplus(List<SnapshotInfo> snapshots) {
    List<SnapshotInfo> own = new ArrayList<>(own(snapshots));
    own.sort((a, b) -> Long.compare(a.createdAtMillis(), b.createdAtMillis()));
    return own.subList(0, isOn() ? Math.max(0, own.size() - kept) : 0).stream()
        .map(SnapshotInfo::name)
        .toList();
  }

  /** Whether a snapshot of that name is one that a schedule takes, and no user has asked for. */
  public static boolean takes(String name) {
    return name.startsWith(PREFIX);
  }

  private static List<SnapshotInfo> own(List<SnapshotInfo> snapshots) {
    return snapshots.stream()
        .filter(snapshot -> takes(snapshot.name()) && !snapshot.deleting())
        .toList();
  }
}
