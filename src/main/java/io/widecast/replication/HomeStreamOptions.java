package io.widecast.replication;

import io.widecast.faults.FaultProfile;
import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import java.util.List;

/**
 * How an edge node follows its home site.
 *
 * @param home where core nodes listen, tried in turn
 * @param cluster number in the frames
 * @param faults of what arrives
 */
public record HomeStreamOptions(
    NodeId id,
    NodeId site,
    Filter filter,
    List<Address> home,
    long cluster,
    FaultProfile faults,
    long faultSeed) {
  public HomeStreamOptions {
    home = List.copyOf(home);
    if (home.isEmpty()) {
      throw new IllegalArgumentException("an edge node without a home");
    }
  }

  /** Where one core node listens. */
  public record Address(String host, int port) {}
}
