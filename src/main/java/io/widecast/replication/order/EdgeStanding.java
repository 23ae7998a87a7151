package io.widecast.replication.order;

import io.widecast.bus.EdgeReport;
import io.widecast.model.ClusterView.State;

/** An edge node as its core node last reported it, and how it stands with the master. */
public record EdgeStanding(EdgeReport.Edge edge, State state) {}
