package io.widecast.wire;

import static io.widecast.wire.StreamParts.NAME_BYTES_MAX;
import static io.widecast.wire.StreamParts.filter;
import static io.widecast.wire.StreamParts.flag;
import static io.widecast.wire.StreamParts.texts;
import static io.widecast.wire.StreamParts.token;

import io.widecast.bus.EdgeReport;
import io.widecast.bus.NodeStatus;
import io.widecast.model.Bytes;
import io.widecast.model.ClusterView;
import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Edge streams and who is there, as streams carry them; each writer beside its reader. Pure
 * functions.
 */
final class ClusterParts {

  static final int EDGES_MAX = 1024;

  /** Of all filters in a status: 1,024 edges might have 64 MiB of them. */
  static final int FILTERS_BYTES_MAX = 2 << 20;

  private static final int EDGE_BYTES_MAX = 512; // without its filter

  private ClusterParts() {}

  static void edge(ByteWriter out, EdgeReport.Edge edge) {
    out.text(edge.id().text()).text(edge.site().text());
    texts(out, edge.filter().texts());
    out.varint(edge.acked()).u8(edge.level() ? 1 : 0).varint(edge.backlogBytes());
    out.text(edge.http());
  }

  /** At most what {@link #edge} writes. */
  static int sizeBytes(EdgeReport.Edge edge) {
    return EDGE_BYTES_MAX + sizeBytes(edge.filter().texts());
  }

  private static int sizeBytes(List<String> texts) {
    int bytes = 0;
    for (String text : texts) {
      bytes += Bytes.utf8(text).length() + 4;
    }
    return bytes;
  }

  static EdgeReport.Edge edge(ByteReader in) throws WireException {
    return new EdgeReport.Edge(
        new NodeId(in.text(NAME_BYTES_MAX)),
        new NodeId(in.text(NAME_BYTES_MAX)),
        filter(in),
        in.varint(),
        flag(in),
        in.varint(),
        in.text(LanFrame.HTTP_BYTES_MAX));
  }

  /**
   * Of a status only who is there: checks, lag and filter are the sender's own business. Filters
   * are told up to {@link #FILTERS_BYTES_MAX}; those of the nodes after are left out, as empty.
   */
  static void cluster(ByteWriter out, NodeStatus status) {
    ClusterView view = status.cluster();
    token(out, view.position()).text(view.master().map(NodeId::text).orElse(""));
    out.varint(view.sites().size());
    int filterBytes = 0;
    for (ClusterView.Site site : view.sites()) {
      out.text(site.id().text()).u8(site.home() ? 1 : 0).varint(site.nodes().size());
      for (ClusterView.Node node : site.nodes()) {
        out.text(node.id().text()).u8(node.role().ordinal()).u8(node.state().ordinal());
        out.varint(node.revision()).varint(node.lagMillis());
        filterBytes += sizeBytes(node.filter());
        texts(out, filterBytes <= FILTERS_BYTES_MAX ? node.filter() : List.of());
        out.varint(node.wanBacklogBytes()).text(node.http()).u8(node.unicast() ? 1 : 0);
      }
    }
  }

  static NodeStatus cluster(ByteReader in) throws WireException {
    Token position = token(in);
    String master = in.text(NAME_BYTES_MAX);
    int siteCount = in.count(EDGES_MAX + 1); // the home site too
    var sites = new ArrayList<ClusterView.Site>();
    for (int i = 0; i < siteCount; i++) {
      var id = new NodeId(in.text(NAME_BYTES_MAX));
      boolean home = flag(in);
      int nodeCount = in.count(EDGES_MAX + LanFrame.SLOTS_MAX);
      var nodes = new ArrayList<ClusterView.Node>();
      for (int j = 0; j < nodeCount; j++) {
        nodes.add(
            new ClusterView.Node(
                new NodeId(in.text(NAME_BYTES_MAX)),
                ClusterView.Role.values()[in.count(ClusterView.Role.values().length - 1)],
                ClusterView.State.values()[in.count(ClusterView.State.values().length - 1)],
                in.varint(),
                in.varint(),
                texts(in, Filter.PATTERNS_MAX),
                in.varint(),
                in.text(LanFrame.HTTP_BYTES_MAX),
                flag(in)));
      }
      sites.add(new ClusterView.Site(id, home, nodes));
    }
    Optional<NodeId> named = master.isEmpty() ? Optional.empty() : Optional.of(new NodeId(master));
    return new NodeStatus(List.of(), 0, Optional.empty(), new ClusterView(position, named, sites));
  }
}
