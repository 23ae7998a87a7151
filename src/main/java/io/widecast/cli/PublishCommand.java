package io.widecast.cli;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.vertx.core.buffer.Buffer;
import io.widecast.client.ClientException;
import io.widecast.client.PublishSummary;
import io.widecast.client.WriteOptions;
import io.widecast.model.AckLevel;
import io.widecast.model.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "publish",
    description = "Publish NDJSON, one pair a line, each line on its own, streamed.")
final class PublishCommand implements Runnable {

  private static final int PART_BYTES = 1 << 16;

  @Parameters(paramLabel = "FILE", description = "The file, .gz too; -: standard input.")
  private String file;

  @Option(names = "--ack", paramLabel = "LEVEL", description = "How far each line must come.")
  private String ack;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "Name of the upload: sent again under the same name, no line is written twice.")
  private String idempotencyKey;

  @Mixin private Target target;

  private final Terminal terminal;

  PublishCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (ack != null) {
      AckLevel.parse(ack);
    }
    String name = idempotencyKey == null ? UUID.randomUUID().toString() : idempotencyKey;
    WriteOptions options =
        WriteOptions.none().idempotencyKey(name).with("ack", Optional.ofNullable(ack));
    try {
      terminal.out().println(sentence(upload(options)));
    } catch (ClientException e) {
      throw explained(e, name);
    } catch (IOException e) {
      throw new ExitException(ExitException.FAILED, file + ": " + reason(e));
    }
  }

  private PublishSummary upload(WriteOptions options) throws IOException {
    try (InputStream raw = open();
        var progress = new Progress(terminal, sizeBytes())) {
      InputStream counted = progress.counting(raw);
      InputStream lines = file.endsWith(".gz") ? new GZIPInputStream(counted) : counted;
      return target.call(
          terminal, client -> client.publishStream(parts(lines, progress), options).blockingGet());
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "no such file" : e.getMessage();
  }

  private InputStream open() throws IOException {
    return file.equals("-") ? terminal.in() : Files.newInputStream(Path.of(file));
  }

  private long sizeBytes() throws IOException {
    return file.equals("-") ? 0 : Files.size(Path.of(file));
  }

  /** The next part is read when the client asks for it, on the client's thread. */
  private static Flowable<Buffer> parts(InputStream lines, Progress progress) {
    return Flowable.<Buffer>generate(
            emitter -> {
              byte[] part = lines.readNBytes(PART_BYTES);
              if (part.length == 0) {
                emitter.onComplete();
              } else {
                progress.lines(part);
                emitter.onNext(Buffer.buffer(part));
              }
            })
        .subscribeOn(Schedulers.io());
  }

  private static String sentence(PublishSummary summary) {
    return summary.published() == 0
        ? "published 0"
        : "published %d, revisions %d..%d"
            .formatted(summary.published(), summary.firstRevision(), summary.lastRevision());
  }

  /** With what was accepted, and how to go on. */
  private static ExitException explained(ClientException e, String name) {
    Object line = e.extras().get("line");
    Object published = e.extras().get("published");
    String where = line == null ? "" : "line " + line + ": ";
    String before =
        published == null
            ? ""
            : "; published in all: "
                + published
                + (e.extras().get("lastRevision") == null
                    ? ""
                    : ", up to revision " + e.extras().get("lastRevision"));
    String retry =
        e.status() >= 400 && e.status() < 500
            ? ""
            : "; to go on without writing a line twice, add --idempotency-key " + name;
    int code =
        e.is(ErrorCode.PRECONDITION_FAILED)
            ? ExitException.PRECONDITION_FAILED
            : ExitException.FAILED;
    return new ExitException(code, where + e.getMessage() + before + retry);
  }
}
