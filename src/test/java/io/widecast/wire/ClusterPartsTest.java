package io.widecast.wire;

import static io.widecast.wire.WireExamples.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.EdgeReport;
import io.widecast.bus.NodeStatus;
import io.widecast.model.ClusterView;
import io.widecast.model.ClusterView.Role;
import io.widecast.model.ClusterView.State;
import io.widecast.model.Filter;
import io.widecast.model.NodeId;
import io.widecast.model.Pattern;
import io.widecast.model.Token;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** As many edges as there may be, each with a site of its own and the greatest filter there is. */
class ClusterPartsTest {

  private static final List<String> GREATEST =
      IntStream.range(0, Filter.PATTERNS_MAX)
          .mapToObj(i -> String.format("%02d", i) + "x".repeat(Pattern.BYTES_MAX - 2))
          .toList();
  private static final String HTTP = "http://" + "h".repeat(LanFrame.HTTP_BYTES_MAX - 7);

  @Test
  void aReportOfTheGreatestEdgesIsSplit() throws WireException {
    Filter filter = Filter.parse(GREATEST);
    var edges =
        IntStream.range(0, ClusterParts.EDGES_MAX)
            .mapToObj(
                i ->
                    new EdgeReport.Edge(
                        name(i), name(i), filter, Long.MAX_VALUE, true, Long.MAX_VALUE, HTTP))
            .toList();

    List<StreamFrame.Report> frames = StreamFrame.Report.split(new EdgeReport(edges));

    for (int i = 0; i < frames.size(); i++) {
      assertThat(frames.get(i).report().edges()).containsExactly(edges.get(i));
    }
    assertThat(frames).hasSize(edges.size());
    assertThat(decoded(frames.get(0))).isEqualTo(frames.get(0));
    int body = STREAM.encode(frames.get(0)).length;
    assertThat(body).isLessThanOrEqualTo(ClusterParts.sizeBytes(edges.get(0)) + 64);
  }

  @Test
  void aReportOfSmallEdgesIsSplitByTheirNumber() throws WireException {
    var edges =
        IntStream.range(0, 2 * ClusterParts.EDGES_MAX)
            .mapToObj(i -> new EdgeReport.Edge(name(i), name(i), Filter.ALL, 1, true, 0, ""))
            .toList();

    List<StreamFrame.Report> frames = StreamFrame.Report.split(new EdgeReport(edges));

    assertThat(frames.stream().flatMap(frame -> frame.report().edges().stream())).isEqualTo(edges);
    for (StreamFrame.Report frame : frames) {
      assertThat(decoded(frame)).isEqualTo(frame);
    }
  }

  @Test
  void aSmallReportIsOneFrameAndAnEmptyOneNone() {
    var edge = new EdgeReport.Edge(name(1), name(1), Filter.ALL, 1, true, 0, "");
    var report = new EdgeReport(List.of(edge));

    assertThat(StreamFrame.Report.split(report)).containsExactly(new StreamFrame.Report(report));
    assertThat(StreamFrame.Report.split(new EdgeReport(List.of()))).isEmpty();
  }

  @Test
  void aStatusOfTheGreatestEdgesFitsAndLeavesFiltersOut() throws WireException {
    var status = new StreamFrame.Status(status(GREATEST));

    byte[] encoded = STREAM.encode(status);

    assertThat(encoded.length).isLessThan(StreamCodec.FRAME_BYTES_MAX);
    List<ClusterView.Site> sites =
        ((StreamFrame.Status) decoded(status)).status().cluster().sites();
    assertThat(sites).hasSize(1 + ClusterParts.EDGES_MAX);
    List<List<String>> filters =
        sites.stream().skip(1).map(site -> site.nodes().get(0).filter()).toList();
    int told = (int) filters.stream().filter(filter -> filter.equals(GREATEST)).count();
    assertThat(told)
        .isEqualTo(ClusterParts.FILTERS_BYTES_MAX / (GREATEST.size() * (Pattern.BYTES_MAX + 4)));
    assertThat(filters.subList(told, filters.size())).allMatch(List::isEmpty);
  }

  @Test
  void aStatusOfUsualFiltersTellsAll() throws WireException {
    var status = new StreamFrame.Status(status(List.of("city/FR/**", "price/*/EUR")));

    assertThat(decoded(status)).isEqualTo(status);
  }

  private static NodeStatus status(List<String> filter) {
    var home = new ClusterView.Site(new NodeId("home"), true, List.of());
    var sites =
        IntStream.range(0, ClusterParts.EDGES_MAX)
            .mapToObj(i -> new ClusterView.Site(name(i), false, List.of(edge(i, filter))))
            .toArray(ClusterView.Site[]::new);
    var all = new ClusterView.Site[sites.length + 1];
    all[0] = home;
    System.arraycopy(sites, 0, all, 1, sites.length);
    var view = new ClusterView(new Token(1, 1), Optional.empty(), Arrays.asList(all));
    return new NodeStatus(List.of(), 0, Optional.empty(), view);
  }

  private static ClusterView.Node edge(int i, List<String> filter) {
    return new ClusterView.Node(
        name(i), Role.EDGE, State.ACTIVE, Long.MAX_VALUE, 1, filter, 1, HTTP, false);
  }

  /** As long as a name may be. */
  private static NodeId name(int i) {
    return new NodeId("n".repeat(60) + String.format("%04d", i));
  }

  private static StreamFrame decoded(StreamFrame frame) throws WireException {
    byte[] encoded = STREAM.encode(frame);
    return STREAM.decode(Arrays.copyOfRange(encoded, 4, encoded.length));
  }
}
