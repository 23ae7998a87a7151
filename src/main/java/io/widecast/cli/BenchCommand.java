package io.widecast.cli;

import picocli.CommandLine.Command;

@Command(
    name = "bench",
    description = "Measure real node processes on this machine, or running ones.")
final class BenchCommand extends Group {}
