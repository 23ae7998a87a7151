package io.widecast.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.model.Bytes;
import io.widecast.model.Pair;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.store.snapshot.Forest;
import io.widecast.store.snapshot.Head;
import io.widecast.store.snapshot.SnapshotRow;
import io.widecast.store.snapshot.SnapshotRow.State;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several heads over a tree of snapshots that are deleted beside: ghosts, sisters, late lists. */
class BranchesTest {

  private static final int KEYS = 300;

  private SplittableRandom random;
  private Planted store;
  private Forest forest;
  private long revision = 1000;
  private Verifier verifier; // beside the work; null while there is none
  private int ghosts; // seen while verifying
  private int deletions;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Long.getLong("widecast.store.seeds", 6));
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private void begin(long seed) throws IOException {
    random = new SplittableRandom(seed);
    store = new Planted();
    forest = store.forest();
    store.put(0, KEYS, 1);
    ghosts = 0;
    deletions = 0;
  }

  private void step() {
    Head head = pick(List.copyOf(forest.heads()));
    List<SnapshotRow> live =
        forest.rows().stream().filter(row -> row.state() == State.LIVE).toList();
    int dice = random.nextInt(100);
    if (dice < 45) {
      write(head, 1 + random.nextInt(30));
    } else if (dice < 55) {
      forest.snapshot(head, "s" + revision++, 1);
    } else if (dice < 62 && !live.isEmpty() && forest.heads().size() < 5) {
      forest.cloneOf(pick(live));
    } else if (dice < 65 && head != store.head()) {
      forest.freeze(head, 1); // given up: a row to be deleted
    } else if (dice < 75 && !live.isEmpty()) {
      SnapshotRow row = pick(live);
      if (!row.name().isEmpty()) {
        forest.condemn(row);
      }
    } else {
      for (int i = random.nextInt(20); i >= 0; i--) {
        store.container.deleteStep();
      }
    }
    store.container.raiseHorizon(store.container.token());
    forest.pages().beginEdit();
  }

  private void write(Head head, int count) {
    for (int i = 0; i < count; i++) {
      var token = new Token(1, revision++);
      var key = Planted.key(random.nextInt(KEYS));
      Pair pair =
          random.nextInt(3) == 0
              ? new Pair.Delete(key, false)
              : new Pair.Put(
                  key,
                  new Value(Bytes.utf8("of head " + head.id()), Value.TEXT),
                  1,
                  token.revision(),
                  0);
      forest.apply(head, pair, token);
      if (random.nextBoolean()) {
        forest.prune(head, key.bytes().unsafeArray(), Long.MAX_VALUE, 64);
      }
    }
  }

  private void verifySome() throws IOException {
    boolean ghost = forest.rows().stream().anyMatch(row -> row.state() == State.GHOST);
    if (random.nextInt(6) == 0) {
      ghosts += ghost ? 1 : 0;
      deletions += store.container.deletion().job().isPresent() ? 1 : 0;
      try (var whole = new Verifier(store.container, false, 1)) {
        while (whole.step()) {
          // to the end
        }
        assertThat(whole.report().alarms()).isEmpty();
        assertThat(whole.fullChecks()).isEqualTo(whole.pagesChecked());
        assertThat(whole.nodes()).isZero();
      }
    }
    if (verifier == null && random.nextInt(8) == 0) {
      verifier = new Verifier(store.container, false, 1);
    }
    for (int i = random.nextInt(20); verifier != null && i > 0; i--) {
      if (!verifier.step()) {
        assertThat(verifier.report().alarms()).isEmpty();
        assertThat(verifier.fullChecks()).isLessThanOrEqualTo(verifier.pagesChecked());
        verifier = null;
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  @DisplayName("I4.1 I4.3 I4.4: no alarm over branches, ghosts and what is being deleted")
  void raisesNothingOverBranches(long seed) throws IOException {
    begin(seed);

    for (int i = 0; i < 400; i++) {
      step();
      verifySome();
    }

    assertThat(ghosts + deletions).isPositive();
  }
}
