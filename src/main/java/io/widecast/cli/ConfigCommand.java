package io.widecast.cli;

import picocli.CommandLine.Command;

@Command(name = "config", description = "Work with a node's configuration.")
final class ConfigCommand extends Group {}
