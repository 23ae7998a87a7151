package io.widecast.cli;

import io.widecast.client.ClientOptions;
import io.widecast.client.Endpoint;
import io.widecast.client.WidecastClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The cluster that a client command talks to. */
final class Target {

  private static final String ENDPOINT_DEFAULT = "http://127.0.0.1:8080";

  @Option(
      names = "--endpoint",
      split = ",",
      paramLabel = "URL",
      description = {
        "A node's http://host:port; several, with commas, stand in for one another",
        "(default: $WIDECAST_ENDPOINT, else " + ENDPOINT_DEFAULT + ")."
      })
  private List<String> endpoints;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Key to present (default: $WIDECAST_API_KEY).")
  private String apiKey;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Runs {@code work} with a client, which is closed afterwards. */
  void run(Terminal terminal, Consumer<WidecastClient> work) {
    call(
        terminal,
        client -> {
          work.accept(client);
          return null;
        });
  }

  /** As {@link #run}, for work that has a result. */
  <T> T call(Terminal terminal, Function<WidecastClient, T> work) {
    return call(terminal, ClientOptions.REQUEST_TIMEOUT_DEFAULT, work);
  }

  /** As {@link #call(Terminal, Function)}, for what a node needs longer for. */
  <T> T call(Terminal terminal, Duration requestTimeout, Function<WidecastClient, T> work) {
    try (var client = WidecastClient.create(options(terminal, requestTimeout))) {
      return work.apply(client);
    }
  }

  /** As {@link #run}, at one node and no other. */
  void runAt(String endpoint, Terminal terminal, Consumer<WidecastClient> work) {
    Duration timeout = ClientOptions.REQUEST_TIMEOUT_DEFAULT;
    ClientOptions options = options(List.of(endpoint), terminal, timeout);
    try (var client = WidecastClient.create(options)) {
      work.accept(client);
    }
  }

  private ClientOptions options(Terminal terminal, Duration requestTimeout) {
    return options(endpoints, terminal, requestTimeout);
  }

  private ClientOptions options(List<String> given, Terminal terminal, Duration requestTimeout) {
    List<String> texts = given;
    if (texts == null) {
      String fromEnvironment = terminal.environment().get("WIDECAST_ENDPOINT");
      boolean set = fromEnvironment != null && !fromEnvironment.isBlank();
      texts = List.of((set ? fromEnvironment : ENDPOINT_DEFAULT).split(","));
    }
    String key = apiKey == null ? terminal.environment().get("WIDECAST_API_KEY") : apiKey;
    try {
      return new ClientOptions(
          texts.stream().map(String::strip).map(Endpoint::parse).toList(),
          Optional.ofNullable(key).filter(text -> !text.isBlank()),
          requestTimeout);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }
}
