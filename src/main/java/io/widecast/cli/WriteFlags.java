package io.widecast.cli;

import io.widecast.client.WriteOptions;
import io.widecast.model.AckLevel;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What every write can be told. */
final class WriteFlags {

  @Option(
      names = "--ack",
      paramLabel = "LEVEL",
      description = "How far it must come: memory, durable (the default), all or edge.")
  private String ack;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "How long to wait for that, such as 5s.")
  private String timeout;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "Name of the write: a second one under the same name writes nothing.")
  private String idempotencyKey;

  /**
   * @throws io.widecast.model.WidecastException for an unknown level
   */
  WriteOptions options() {
    if (ack != null) {
      AckLevel.parse(ack);
    }
    WriteOptions options =
        WriteOptions.none()
            .with("ack", Optional.ofNullable(ack))
            .with("timeout", Optional.ofNullable(timeout));
    return idempotencyKey == null ? options : options.idempotencyKey(idempotencyKey);
  }
}
