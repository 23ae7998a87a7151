package io.widecast.node;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * @param port the first node's HTTP port; 0 for any
 * @param file NDJSON to load, perhaps gzipped; empty for the cities that are built in
 * @param out where to say what happens
 */
public record DemoOptions(int port, Optional<Path> file, PrintStream out) {}
