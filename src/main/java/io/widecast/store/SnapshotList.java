package io.widecast.store;

import java.util.List;

/** All snapshots, the newest first. */
public record SnapshotList(List<SnapshotInfo> snapshots) {
  public SnapshotList {
    snapshots = List.copyOf(snapshots);
  }
}
