package io.widecast.replication;

import io.widecast.faults.FaultProfile;
import io.widecast.model.NodeId;
import java.util.Optional;

/**
 * Where a core node serves connections.
 *
 * @param lanHost address for other core nodes, on a port of the system's choice
 * @param wanHost address for edge nodes; empty when this node serves none
 * @param wanPort 0 for any
 * @param cluster number in the frames
 * @param windowBytes of newest entries kept in memory for streams that are behind
 * @param faults of what arrives from edge nodes
 */
public record StreamServerOptions(
    NodeId id,
    String lanHost,
    Optional<String> wanHost,
    int wanPort,
    long cluster,
    long windowBytes,
    FaultProfile faults,
    long faultSeed) {}
