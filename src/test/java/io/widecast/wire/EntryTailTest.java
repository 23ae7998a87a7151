package io.widecast.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.widecast.model.Bytes;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryTailTest {

  /** An entry with a value of that many bytes; its epoch tells it from others. */
  private static EncodedEntry entry(long epoch, long revision, int valueBytes) {
    var value = new Value(Bytes.wrap(new byte[valueBytes]), Value.OCTETS);
    var put = new Pair.Put(Key.of("k" + revision), value, 1, revision, 0);
    return EntryCodec.encode(new Entry(epoch, revision, 0, 7, Optional.empty(), List.of(put)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64, 4096})
  void holdsWhatAListHolds(int freshMax) {
    for (int seed = 0; seed < 20; seed++) {
      var random = new SplittableRandom(seed);
      var tail = new EntryTail(freshMax);
      var model = new ArrayList<EncodedEntry>();
      long first = 0;
      long revision = 0;
      int biggest = random.nextInt(10) == 0 ? 300 << 10 : 2000;
      int grow = 30 + random.nextInt(60); // of a hundred
      for (int step = 0; step < 3000; step++) {
        int choice = random.nextInt(100);
        if (choice < grow || model.isEmpty()) {
          revision += 1 + random.nextInt(3);
          EncodedEntry entry = entry(1 + random.nextInt(9), revision, random.nextInt(biggest));
          tail.addLast(entry);
          model.add(entry);
        } else if (choice < 95) {
          tail.removeFirst();
          model.remove(0);
          first++;
        } else if (choice < 99) {
          tail.removeLast();
          model.remove(model.size() - 1);
          revision = model.isEmpty() ? revision : model.get(model.size() - 1).revision();
        } else if (random.nextInt(20) == 0) {
          tail.clear();
          first += model.size();
          model.clear();
        }
        assertThat(tail.first()).isEqualTo(first);
        assertThat(tail.size()).isEqualTo(model.size());
        if (!model.isEmpty()) {
          int index = random.nextInt(model.size());
          assertEntry(tail, first + index, model.get(index));
          assertEntry(tail, first, model.get(0));
        }
        long sought = random.nextLong(revision + 3);
        long above = first + model.stream().filter(e -> e.revision() <= sought).count();
        assertThat(tail.numberAbove(sought)).isEqualTo(above);
      }
      assertThat(tail.sizeBytes())
          .isEqualTo(model.stream().mapToLong(EncodedEntry::sizeBytes).sum());
    }
  }

  private static void assertEntry(EntryTail tail, long number, EncodedEntry entry) {
    assertThat(tail.get(number)).isEqualTo(entry);
    assertThat(tail.revision(number)).isEqualTo(entry.revision());
    assertThat(tail.epoch(number)).isEqualTo(entry.entry().epoch());
    assertThat(tail.sizeBytes(number)).isEqualTo(entry.sizeBytes());
  }

  @Test
  void refusesWhatDoesNotRise() {
    var tail = new EntryTail(2);
    tail.addLast(entry(1, 5, 10));
    assertThatThrownBy(() -> tail.addLast(entry(1, 5, 10)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(tail.size()).isEqualTo(1);
  }

  @Test
  void hasNothingOutsideItsNumbers() {
    var tail = new EntryTail(2);
    tail.addLast(entry(1, 5, 10));
    tail.addLast(entry(1, 6, 10));
    tail.removeFirst();
    assertThatThrownBy(() -> tail.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tail.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    tail.removeLast();
    assertThatThrownBy(tail::removeFirst).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(tail::removeLast).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
