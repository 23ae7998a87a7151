package io.widecast.replication.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.Bytes;
import io.widecast.model.Entry;
import io.widecast.model.Key;
import io.widecast.model.Pair;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.model.Value;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentRequestsTest {

  private final RecentRequests requests = new RecentRequests();

  @Test
  @DisplayName("step 1: what a named request wrote is found by its name, whatever the body")
  void findsByName() {
    requests.onAppended(entry(5, 1, 0));

    RecentRequest done = requests.find(new RequestId(1, 1, 99)).orElseThrow();
    assertThat(done.token()).isEqualTo(new Token(1, 5));
    assertThat(done.pairs()).isEqualTo(1);
    assertThat(done.created()).isTrue();
    assertThat(requests.find(id(2))).isEmpty();
  }

  @Test
  @DisplayName("step 24: what was cut did not happen")
  void forgetsWhatWasCut() {
    requests.onAppended(entry(5, 1, 0));
    requests.onAppended(entry(6, 2, 0));

    requests.onCut(6);

    assertThat(requests.find(id(1))).isPresent();
    assertThat(requests.find(id(2))).isEmpty();
  }

  @Test
  @DisplayName("step 16: after a copy only what came with it is known, and what is appended then")
  void takesTheRequestsOfACopy() {
    requests.onAppended(entry(5, 1, 0));
    RecentRequest copied = RecentRequest.of(entry(4, 2, 0)).orElseThrow();

    requests.onCopied(List.of(copied));
    requests.onAppended(entry(9, 3, 0));

    assertThat(requests.find(id(1))).isEmpty();
    assertThat(requests.find(id(2))).contains(copied);
    assertThat(requests.upTo(8)).containsExactly(copied);
    assertThat(requests.upTo(9)).hasSize(2);
    assertThat(requests.upTo(3)).isEmpty();
  }

  @Test
  void keepsTenMinutes() {
    requests.onAppended(entry(5, 1, 0));
    requests.onAppended(entry(6, 2, RecentRequest.KEPT_MILLIS));
    assertThat(requests.find(id(1))).isPresent();

    requests.onAppended(entry(7, 3, RecentRequest.KEPT_MILLIS + 1));

    assertThat(requests.find(id(1))).isEmpty();
    assertThat(requests.find(id(2))).isPresent();
  }

  @Test
  void keepsABoundedNumber() {
    for (int i = 0; i <= RecentRequest.KEPT_MAX; i++) {
      requests.onAppended(entry(i + 1, i, 0));
    }

    assertThat(requests.find(id(0))).isEmpty();
    assertThat(requests.find(id(1))).isPresent();
    assertThat(requests.find(id(RecentRequest.KEPT_MAX))).isPresent();
  }

  @Test
  @DisplayName("step 1: what a start finds below the log in memory is remembered too")
  void remembersWhatAStartFinds() {
    requests.onRecovered(List.of(RecentRequest.of(entry(4, 1, 0)).orElseThrow()));
    requests.onAppended(entry(5, 2, 0));

    assertThat(requests.find(id(1)).orElseThrow().token()).isEqualTo(new Token(1, 4));
    requests.onCut(5);
    assertThat(requests.find(id(1))).isPresent();
  }

  @Test
  void aLaterEntryOfTheSameNameCounts() {
    requests.onAppended(entry(5, 1, 0));
    requests.onCut(5);
    requests.onAppended(entry(6, 1, 0));

    assertThat(requests.find(id(1)).orElseThrow().token()).isEqualTo(new Token(1, 6));
  }

  /** Names that share their place in the table, come, go at both ends, and come again. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isAsAMapAndAQueue(long seed) {
    var random = new SplittableRandom(seed);
    var names = new HashMap<Long, RecentRequest>();
    var queue = new ArrayDeque<RecentRequest>();
    long revision = 0;
    long time = 0;
    for (int i = 0; i < 20_000; i++) {
      int action = random.nextInt(100);
      if (action < 2) {
        long cut = Math.max(1, revision - random.nextInt(40));
        requests.onCut(cut);
        while (!queue.isEmpty() && queue.peekLast().token().revision() >= cut) {
          RecentRequest gone = queue.pollLast();
          names.remove(gone.id().low(), gone);
        }
      } else {
        time += action < 4 ? RecentRequest.KEPT_MILLIS / 3 : random.nextInt(50);
        long number = random.nextLong(400) << 32 | random.nextInt(3);
        Entry entry = entry(++revision, number, time);
        requests.onAppended(entry);
        RecentRequest done = RecentRequest.of(entry).orElseThrow();
        names.put(number, done);
        queue.add(done);
        while (queue.peek().timeMillis() < done.timeMillis() - RecentRequest.KEPT_MILLIS) {
          RecentRequest gone = queue.poll();
          names.remove(gone.id().low(), gone);
        }
      }
      long asked = random.nextLong(400) << 32 | random.nextInt(3);
      assertThat(requests.find(id(asked))).isEqualTo(Optional.ofNullable(names.get(asked)));
    }
    assertThat(requests.upTo(Long.MAX_VALUE)).containsExactlyElementsOf(queue);
    queue.forEach(
        done -> {
          if (names.get(done.id().low()) == done) {
            assertThat(requests.find(done.id())).contains(done);
          }
        });
  }

  private static RequestId id(long number) {
    return new RequestId(1, number, 0);
  }

  private static Entry entry(long revision, long number, long laterMillis) {
    Pair put = new Pair.Put(Key.of("k"), new Value(Bytes.EMPTY, Value.OCTETS), 1, revision, 0);
    return new Entry(
        1, revision, 1, 1_800_000_000_000L + laterMillis, Optional.of(id(number)), List.of(put));
  }
}
