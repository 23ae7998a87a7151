package io.widecast.config;

import io.widecast.model.Filter;
import java.util.List;
import java.util.Optional;

/**
 * The streams between the home site and edge nodes.
 *
 * @param listen core nodes: where edge nodes connect; empty: this node serves none
 * @param home edge nodes: where core nodes listen, in any order; empty in a core node
 * @param filter edge nodes: what this node holds; everything in a core node
 */
public record WanSection(Optional<HostPort> listen, List<HostPort> home, Filter filter) {

  public WanSection {
    home = List.copyOf(home);
  }
}
