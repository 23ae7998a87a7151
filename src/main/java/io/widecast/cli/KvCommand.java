package io.widecast.cli;

import picocli.CommandLine.Command;

@Command(name = "kv", description = "Read and write single keys.")
final class KvCommand extends Group {}
