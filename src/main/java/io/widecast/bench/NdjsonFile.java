package io.widecast.bench;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.buffer.Buffer;
import io.widecast.client.ClientOptions;
import io.widecast.client.PublishSummary;
import io.widecast.client.WidecastClient;
import io.widecast.client.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** A file of publishes, held in memory so that reading it is not measured. */
final class NdjsonFile {

  private static final int PART_BYTES = 1 << 16;
  private static final long IMPORT_SECONDS_MAX = 120;

  private final byte[] content;
  private final int lines;

  private NdjsonFile(byte[] content) {
    this.content = content;
    int count = 0;
    for (byte b : content) {
      count += b == '\n' ? 1 : 0;
    }
    boolean endsInALine = content.length > 0 && content[content.length - 1] != '\n';
    this.lines = endsInALine ? count + 1 : count;
  }

  static NdjsonFile read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
      return new NdjsonFile(plain.readAllBytes());
    } catch (IOException e) {
      throw new BenchException("cannot read " + file + ": " + e.getMessage());
    }
  }

  int lines() {
    return lines;
  }

  /** Seconds from the first byte until the answer, and until every node shows the last line. */
  record Import(double answeredSeconds, double everywhereSeconds, long lastRevision) {}

  Import importInto(Nodes nodes, String publishAt, String ack) {
    try (var client = WidecastClient.create(nodes.vertx(), ClientOptions.of(publishAt))) {
      int parts = (content.length + PART_BYTES - 1) / PART_BYTES;
      Flowable<Buffer> body =
          Flowable.range(0, parts)
              .map(
                  part ->
                      Buffer.buffer(
                          Arrays.copyOfRange(
                              content,
                              part * PART_BYTES,
                              Math.min(content.length, (part + 1) * PART_BYTES))));
      long start = System.nanoTime();
      PublishSummary summary =
          client.publishStream(body, WriteOptions.none().with("ack", ack)).blockingGet();
      double answered = (System.nanoTime() - start) / 1e9;
      if (summary.published() != lines) {
        throw new BenchException(summary.published() + " of " + lines + " lines were published");
      }
      nodes.awaitRevision(summary.lastRevision(), IMPORT_SECONDS_MAX);
      double everywhere = (System.nanoTime() - start) / 1e9;
      return new Import(answered, everywhere, summary.lastRevision());
    }
  }
}
