package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.sim.SimDisk;
import io.widecast.store.VerifyReport;
import io.widecast.store.verify.Verifier;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Segments that take the cleaner several steps. */
class CleanerTest {

  private static final long IDENTITY = 9;
  private static final int KEYS = 20_000;
  private static final ContainerOptions OPTIONS =
      new ContainerOptions(1 << 20, 8 << 20, 8 << 20, 64 << 20, 2 << 10, false);

  private SimDisk disk = new SimDisk();
  private Container container;
  private long revision;

  private void open() throws IOException {
    container = Container.open(disk, IDENTITY, OPTIONS, new Metrics());
  }

  private static String value(int key, long revision) {
    return "value " + key + " at " + revision + " " + "x".repeat(80);
  }

  private void put(int step) {
    var batch = new ArrayList<EncodedEntry>();
    for (int i = 0; i < KEYS; i += step) {
      revision++;
      var pair =
          new Pair.Put(
              Key.of("k" + i),
              new Value(Bytes.utf8(value(i, revision)), Value.TEXT),
              1,
              revision,
              0);
      batch.add(
          EntryCodec.encode(
              new Entry(
                  1, revision, revision == 1 ? 0 : 1, revision, Optional.empty(), List.of(pair))));
    }
    container.advance(batch, new Token(1, revision));
  }

  @Test
  @DisplayName("0.2: a start in the middle of a segment's cleaning moves nothing twice")
  void goesOnAfterAStart() throws IOException {
    Container.make(disk, IDENTITY);
    open();
    put(1);
    container.checkpoint(1);
    put(2); // half of it is garbage
    container.checkpoint(1);
    long segments = container.segments().totalBytes();
    assertThat(container.cleanStep()).isTrue(); // some of the first segment
    long cleaned = container.segmentsCleaned();
    container.checkpoint(1);
    assertThat(container.segmentsCleaned()).isEqualTo(cleaned);

    disk = disk.kill();
    open();
    while (container.cleanStep()) {
      // to the end
    }
    container.checkpoint(1);
    container.checkpoint(1);

    assertThat(container.segments().totalBytes()).isLessThan(segments);
    VerifyReport report = Verifier.run(container, true, 1);
    assertThat(report.alarms()).isEmpty();
    for (int i = 0; i < KEYS; i++) {
      String held = container.view().find(Key.of("k" + i)).orElseThrow().value().bytes().toUtf8();
      assertThat(held).isEqualTo(value(i, i % 2 == 0 ? KEYS + i / 2 + 1 : i + 1));
    }
  }
}
