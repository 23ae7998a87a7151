package io.widecast.node;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** Placeholder; not for merging. */
public record DemoOptions(int port, Optional<Path> file, PrintStream out) {}
