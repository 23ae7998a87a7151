package io.widecast.config;

/**
 * The cluster as a whole.
 *
 * @param name the same in every node of every site; frames of another cluster are dropped
 */
public record ClusterSection(String name) {}
