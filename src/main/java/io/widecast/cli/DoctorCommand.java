package io.widecast.cli;

import picocli.CommandLine.Command;

@Command(name = "doctor", description = "Find out what this machine can do.")
final class DoctorCommand extends Group {}
