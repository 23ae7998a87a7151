package io.widecast.store.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.metrics.Metrics;
import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.sim.SimDisk;
import io.widecast.store.segment.DamagedBlockException;
import io.widecast.store.segment.SegmentUsage;
import io.widecast.store.segment.Stream;
import io.widecast.wire.EntryCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A row is refused for its own damage, and for no other row's of the same slice. */
class DamagedValueTest {

  private static final long IDENTITY = 9;
  private static final int KEYS = 40;
  private static final ContainerOptions OPTIONS =
      new ContainerOptions(128 << 10, 1 << 20, 1 << 20, 64 << 10, 2 << 10, true);

  private static Key key(int number) {
    return Key.of(String.format("k%02d", number));
  }

  /** A store of 40 keys; their values stand in the order of the keys, and the last is broken. */
  private static Container damaged() throws IOException {
    var disk = new SimDisk();
    Container.make(disk, IDENTITY);
    SegmentUsage values;
    try (Container made = Container.open(disk, IDENTITY, OPTIONS, new Metrics())) {
      var entries = new ArrayList<EncodedEntry>();
      for (int i = 1; i <= KEYS; i++) {
        var value = new Value(Bytes.utf8("value " + i), Value.TEXT);
        List<Pair> pairs = List.of(new Pair.Put(key(i), value, 1, i, 0));
        entries.add(EntryCodec.encode(new Entry(1, i, i == 1 ? 0 : 1, i, Optional.empty(), pairs)));
      }
      made.advance(entries, new Token(1, KEYS));
      made.checkpoint(1);
      values =
          made.segments().usage().stream()
              .filter(usage -> usage.stream() == Stream.VALUES)
              .findFirst()
              .orElseThrow();
    }
    disk.flip(String.format("seg-%07x", values.number()), values.end() - 1, 1);
    return Container.open(disk, IDENTITY, OPTIONS, new Metrics());
  }

  @Test
  void aScanGivesAllBeforeTheDamageAndThenSaysSo() throws IOException {
    try (Container container = damaged()) {
      for (int round = 0; round < 3; round++) { // from disk, then from memory
        Iterator<KeyVersion> rows = container.view().from(Bytes.EMPTY);
        for (int i = 1; i < KEYS; i++) {
          KeyVersion row = rows.next();
          assertThat(row.key()).isEqualTo(key(i));
          assertThat(row.versioned().value().bytes().toUtf8()).isEqualTo("value " + i);
        }
        assertThat(rows.hasNext()).isTrue();
        assertThatThrownBy(rows::next).isInstanceOf(DamagedBlockException.class);
      }
      assertThat(container.view().find(key(1))).isPresent();
      assertThatThrownBy(() -> container.view().find(key(KEYS)))
          .isInstanceOf(DamagedBlockException.class);
    }
  }

  @Test
  void aScanOfAPrefixDoesNotMeetWhatComesBehindIt() throws IOException {
    try (Container container = damaged()) {
      Iterator<KeyVersion> rows = container.view().from(Bytes.utf8("k35"), Bytes.utf8("k3"));
      for (int i = 35; i < KEYS; i++) {
        assertThat(rows.next().key()).isEqualTo(key(i));
      }
      assertThat(rows.hasNext()).isFalse();
    }
  }
}
