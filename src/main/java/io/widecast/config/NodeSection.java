package io.widecast.config;

import io.widecast.model.NodeId;
import java.nio.file.Path;

/**
 * Who this node is.
 *
 * @param id its name, one of a kind in the whole cluster
 * @param site the LAN it stands in
 * @param data directory of its log and its copy; relative to the working directory
 */
public record NodeSection(NodeId id, NodeId site, Path data) {}
