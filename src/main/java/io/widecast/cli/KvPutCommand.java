package io.widecast.cli;

import io.widecast.client.WriteOptions;
import io.widecast.client.Written;
import io.widecast.model.Bytes;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.Value;
import io.widecast.model.WidecastException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "put", description = "Make a key hold a value.")
final class KvPutCommand implements Runnable {

  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VALUE",
      description = "The value; - or nothing: standard input.")
  private String value;

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      description = "Stored and served back (default: text/plain for an argument, else octets).")
  private String contentType;

  @Option(
      names = "--if-match",
      paramLabel = "TOKEN",
      description = "Only if the key holds what this publish wrote.")
  private String ifMatch;

  @Option(names = "--if-absent", description = "Only if the key is absent.")
  private boolean ifAbsent;

  @Option(names = "--ttl", paramLabel = "DURATION", description = "Time to live, such as 30s.")
  private String ttl;

  @Option(
      names = "--wait",
      paramLabel = "visible:site|visible:all",
      description = "Wait until these nodes show it.")
  private String wait;

  @Mixin private WriteFlags flags;
  @Mixin private Target target;

  private final Terminal terminal;

  KvPutCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    Key.parse(key);
    WriteOptions options =
        flags
            .options()
            .with("ttl", Optional.ofNullable(ttl))
            .with("wait", Optional.ofNullable(wait));
    WriteOptions conditioned = ifMatch == null ? options : options.ifMatch(ifMatch);
    WriteOptions all = ifAbsent ? conditioned.ifAbsent() : conditioned;
    Value content = content();
    target.run(
        terminal,
        client -> {
          Written written = client.put(key, content, all).blockingGet();
          terminal.out().println((written.created() ? "created " : "replaced ") + written.token());
        });
  }

  private Value content() {
    boolean fromInput = value == null || value.equals("-");
    String standard = fromInput ? Value.OCTETS : Value.TEXT;
    String type = contentType == null ? standard : contentType;
    if (!Value.isContentType(type)) {
      throw new WidecastException(ErrorCode.BAD_REQUEST, "not a content type: " + type);
    }
    Bytes bytes = fromInput ? Bytes.wrap(readInput()) : Bytes.utf8(value);
    if (bytes.length() > Value.BYTES_MAX) {
      throw new ExitException(
          ExitException.FAILED,
          "a value has at most " + Value.BYTES_MAX + " bytes; this is longer");
    }
    return new Value(bytes, type);
  }

  private byte[] readInput() {
    try {
      return terminal.in().readNBytes(Value.BYTES_MAX + 1);
    } catch (IOException e) {
      throw new UncheckedIOException("standard input: " + e.getMessage(), e);
    }
  }
}
