package io.widecast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small records: each range from both sides. */
class ModelRangesTest {

  private static final Value VALUE = new Value(Bytes.EMPTY, Value.TEXT);

  @Test
  void anEntryHasAPositionAndOneBeforeIt() {
    assertThat(entry(1, 1, 0, 0).token()).isEqualTo(new Token(1, 1));
    assertRefused(() -> entry(0, 1, 0, 0));
    assertRefused(() -> entry(1, 0, 0, 0));
    assertRefused(() -> entry(1, 1, -1, 0));
    assertRefused(() -> entry(1, 1, 2, 0));
    assertRefused(() -> entry(1, 1, 1, -1));
  }

  @Test
  void anEntryHasUpTo1024PairsThatNobodyElseCanChange() {
    Pair pair = new Pair.Delete(Key.of("a"), false);
    List<Pair> pairs = new java.util.ArrayList<>(Collections.nCopies(1024, pair));
    var entry = new Entry(1, 1, 0, 0, Optional.empty(), pairs);
    pairs.add(pair);

    assertThat(entry.pairs()).hasSize(1024);
    assertRefused(() -> new Entry(1, 1, 0, 0, Optional.empty(), pairs));
  }

  @Test
  void aPutIsOfSomeVersionSinceSomeRevision() {
    Pair.Put put = new Pair.Put(Key.of("a"), VALUE, 2, 5, 9);

    assertThat(Versioned.of(put, new Token(3, 7))).isEqualTo(versioned(7, 5, 2, 9));
    assertThat(put.contentBytes()).isOne();
    assertRefused(() -> new Pair.Put(Key.of("a"), VALUE, 0, 5, 9));
    assertRefused(() -> new Pair.Put(Key.of("a"), VALUE, 2, 0, 9));
    assertRefused(() -> new Pair.Put(Key.of("a"), VALUE, 2, 5, -1));
  }

  @Test
  void whatIsStoredWasCreatedAtItsRevisionOrBefore() {
    assertThat(versioned(7, 7, 1, 0).revision()).isEqualTo(7);
    assertRefused(() -> versioned(7, 8, 1, 0));
    assertRefused(() -> versioned(7, 0, 1, 0));
    assertRefused(() -> versioned(7, 7, 0, 0));
    assertRefused(() -> versioned(7, 7, 1, -1));
  }

  @Test
  void aRequestIsKnownByItsKeyWhateverItsBody() {
    assertThat(new RequestId(1, 2, 3).sameKey(new RequestId(1, 2, 4))).isTrue();
    assertThat(new RequestId(1, 2, 3).sameKey(new RequestId(1, 3, 3))).isFalse();
    assertThat(new RequestId(1, 2, 3).sameKey(new RequestId(2, 2, 3))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "paris-1", "a.b_c-d"})
  void namesOfNodesAreLowerCase(String name) {
    assertThat(new NodeId(name)).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "-a", ".a", "a b", "a/b", "ä", "a\n"})
  void otherNamesOfNodesAreRefused(String name) {
    assertThat(NodeId.isValid(name)).isFalse();
    assertRefused(() -> new NodeId(name));
  }

  @Test
  void namesOfNodesHaveUpTo64Characters() {
    assertThat(NodeId.isValid("a".repeat(64))).isTrue();
    assertThat(NodeId.isValid("a".repeat(65))).isFalse();
  }

  @Test
  void levelsAreReadAsTheyAreWritten() {
    for (AckLevel level : AckLevel.values()) {
      assertThat(AckLevel.parse(level.text())).isEqualTo(level);
    }
    for (String text : List.of("", "DURABLE", "disk")) {
      assertThatThrownBy(() -> AckLevel.parse(text))
          .isInstanceOf(WidecastException.class)
          .hasMessageContaining("memory, durable, all, edge");
    }
  }

  @Test
  void errorsHaveStableNamesAndStatusesThatFit() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::type))
        .doesNotHaveDuplicates()
        .allMatch(type -> type.matches("[a-z]+(-[a-z]+)*"));
    assertThat(ErrorCode.values())
        .allSatisfy(
            code -> {
              assertThat(code.status()).isBetween(400, 599);
              assertThat(code.title()).isNotBlank();
              assertThat(code.retryable())
                  .as("only what a 5xx says can be other later")
                  .isEqualTo(code.status() >= 500 && code != ErrorCode.NOT_IMPLEMENTED);
            });
    assertThat(ErrorCode.BAD_KEY.type()).isEqualTo("bad-key");
  }

  @Test
  void aFailureCarriesWhatItsCallerIsTold() {
    var refused =
        new PublishOutcome.Refused(ErrorCode.NO_MASTER, "retry", Map.of("written", false));

    WidecastException exception = refused.toException();

    assertThat(exception.code()).isEqualTo(ErrorCode.NO_MASTER);
    assertThat(exception.detail()).isEqualTo("retry");
    assertThat(exception.extras()).containsExactly(Map.entry("written", false));
    assertThat(exception.getStackTrace()).isEmpty();
  }

  private static Entry entry(long epoch, long revision, long prevEpoch, long timeMillis) {
    return new Entry(epoch, revision, prevEpoch, timeMillis, Optional.empty(), List.of());
  }

  private static Versioned versioned(
      long revision, long createRevision, long version, long expiresAtMillis) {
    return new Versioned(VALUE, new Token(3, revision), createRevision, version, expiresAtMillis);
  }

  private static void assertRefused(Runnable construction) {
    assertThatThrownBy(construction::run).isInstanceOf(IllegalArgumentException.class);
  }
}
