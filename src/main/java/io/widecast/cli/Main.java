package io.widecast.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The {@code widecast} command.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 bad usage or configuration, 3 key not found, 4 precondition
 * failed.
 */
@Command(
    name = "widecast",
    description = "A distributed key-value store for wide-area networks.",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    usageHelpAutoWidth = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed, the reason is on stderr",
      "2:bad usage or configuration",
      "3:key not found",
      "4:precondition failed"
    })
public final class Main extends Group {

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show where a failure came from.")
  private boolean verbose;

  public static void main(String[] args) {
    // Netty's own resolver is for many lookups at once; the JDK's is there already.
    System.setProperty("vertx.disableDnsResolver", "true");
    // Netty would load the flight recorder at its first buffer: on an event loop, at every start.
    System.setProperty("io.netty.jfr.enabled", "false");
    System.exit(run(Terminal.ofProcess(), args));
  }

  /** Runs one command on {@code terminal} and answers its exit code. */
  static int run(Terminal terminal, String... args) {
    int code = commandLine(terminal, args).execute(args);
    terminal.gone();
    return code;
  }

  /**
   * The command line with the one command that {@code args} name, or with all of them: looking at
   * each class costs more than a short command does.
   */
  private static CommandLine commandLine(Terminal terminal, String... args) {
    Map<String, Supplier<Object>> commands = commands(terminal);
    Optional<String> named = Arrays.stream(args).filter(arg -> !arg.startsWith("-")).findFirst();
    var main = new Main();
    var line = new CommandLine(main);
    if (named.isPresent() && commands.containsKey(named.get())) {
      line.addSubcommand(commands.get(named.get()).get());
    } else {
      commands.values().forEach(command -> line.addSubcommand(command.get()));
    }
    var failures = new Failures(terminal, () -> main.verbose);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new PrintWriter(terminal.out(), true))
        .setErr(new PrintWriter(terminal.err(), true))
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
  }

  /** Every command there is, by its name: a new one is one more line. */
  static Map<String, Supplier<Object>> commands(Terminal terminal) {
    var commands = new LinkedHashMap<String, Supplier<Object>>();
    commands.put("demo", () -> new DemoCommand(terminal));
    commands.put("node", () -> new NodeCommand(terminal));
    commands.put("config", () -> group(new ConfigCommand(), new ConfigCheckCommand(terminal)));
    commands.put(
        "kv",
        () ->
            group(
                new KvCommand(),
                new KvPutCommand(terminal),
                new KvGetCommand(terminal),
                new KvDelCommand(terminal),
                new KvLsCommand(terminal),
                new KvHistoryCommand(terminal),
                new KvCompactCommand(terminal)));
    commands.put("publish", () -> new PublishCommand(terminal));
    commands.put("watch", () -> new WatchCommand(terminal));
    commands.put(
        "cluster",
        () ->
            new CommandLine(new ClusterCommand(terminal))
                .addSubcommand(new ClusterHandoverCommand(terminal)));
    commands.put("lag", () -> new LagCommand(terminal));
    commands.put("doctor", () -> group(new DoctorCommand(), new DoctorMulticastCommand(terminal)));
    commands.put("visibility", () -> new VisibilityCommand(terminal));
    commands.put("snapshot", () -> new SnapshotCommand(terminal));
    commands.put("verify", () -> new VerifyCommand(terminal));
    commands.put("sim", () -> new SimCommand(terminal));
    commands.put(
        "bench",
        () ->
            group(
                new BenchCommand(),
                new BenchKvCommand(terminal),
                new BenchWatchCommand(terminal),
                new BenchStoreCommand(terminal),
                new BenchWanCommand(terminal)));
    return commands;
  }

  private static CommandLine group(Group group, Object... commands) {
    var line = new CommandLine(group);
    for (Object command : commands) {
      line.addSubcommand(command);
    }
    return line;
  }

  /** What the jar's manifest says. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "widecast " + (version == null ? "(not packaged)" : version),
        "Java " + Runtime.version() + ", " + System.getProperty("os.name")
      };
    }
  }
}
