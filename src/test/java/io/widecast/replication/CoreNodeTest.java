package io.widecast.replication;

import static io.widecast.replication.Samples.TIME_MILLIS;
import static io.widecast.replication.Samples.entries;
import static io.widecast.replication.Samples.entry;
import static io.widecast.replication.Samples.named;
import static io.widecast.replication.Samples.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.bus.HardState;
import io.widecast.bus.LogWrite;
import io.widecast.bus.Recovery;
import io.widecast.metrics.Metric;
import io.widecast.metrics.Metrics;
import io.widecast.model.AckLevel;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Entry;
import io.widecast.model.ErrorCode;
import io.widecast.model.Key;
import io.widecast.model.NodeId;
import io.widecast.model.Pair;
import io.widecast.model.PublishOutcome;
import io.widecast.model.ReadOutcome;
import io.widecast.model.RecentRequest;
import io.widecast.model.RequestId;
import io.widecast.model.Token;
import io.widecast.replication.order.HandOver;
import io.widecast.replication.order.OrderOptions;
import io.widecast.wire.EntryCodec;
import io.widecast.wire.LanFrame;
import io.widecast.wire.LanPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Node b, at slot 1 of a, b and c, or a node alone. */
class CoreNodeTest {

  private static final List<NodeId> THREE =
      List.of(new NodeId("a"), new NodeId("b"), new NodeId("c"));
  private static final Recovery NOTHING = // of a member that has nothing yet
      new Recovery(new HardState(0, -1), Token.NONE, Token.NONE, List.of(), List.of(), false);
  private static final Recovery EMPTY_DISK =
      new Recovery(HardState.INITIAL, Token.NONE, Token.NONE, List.of(), List.of(), false);
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final Metrics metrics = new Metrics();

  private CoreNode node(int self, List<NodeId> electorate, Recovery recovery) {
    var options =
        new CoreOptions(
            self,
            electorate,
            new NodeId("home"),
            1,
            2,
            "",
            1 << 20,
            true,
            new OrderOptions(1 << 20, 1 << 19, SECOND_NANOS, 1_400));
    return new CoreNode(
        options, recovery, key -> Optional.empty(), new SplittableRandom(1), metrics, 0);
  }

  // ---- alone

  @Test
  @DisplayName("alone, durable is the one disk")
  void ordersAlone() {
    CoreNode alone = node(0, List.of(new NodeId("a")), NOTHING);
    elect(alone);

    alone.publish(7, put("x", AckLevel.DURABLE), 0, TIME_MILLIS);
    List<CoreOutput> written = alone.endTurn(0);
    assertThat(replies(written)).isEmpty();
    assertThat(writes(written)).hasSize(1);

    alone.onLogDurable(0, TIME_MILLIS);
    List<CoreOutput> outputs = alone.endTurn(0);
    assertThat(replies(outputs))
        .containsExactly(new PublishOutcome.Written(new Token(1, 2), 1, true));
    assertThat(committed(outputs)).extracting(EncodedEntry::revision).containsExactly(2L);
  }

  @Test
  @DisplayName("a full disk refuses publishes and loses nothing")
  void refusesWhileTheDiskIsFull() {
    CoreNode alone = node(0, List.of(new NodeId("a")), NOTHING);
    elect(alone);
    alone.publish(1, put("x", AckLevel.DURABLE), 0, TIME_MILLIS);
    LogWrite write = writes(alone.endTurn(0)).get(0);

    alone.onLogFailed(0);
    alone.publish(2, put("y", AckLevel.DURABLE), 0, TIME_MILLIS);
    assertThat(replies(alone.endTurn(0)))
        .hasSize(2)
        .allMatch(outcome -> ((PublishOutcome.Refused) outcome).code() == ErrorCode.DISK_FULL);

    alone.onTimer(SECOND_NANOS, TIME_MILLIS);
    assertThat(writes(alone.endTurn(SECOND_NANOS))).containsExactly(write);
    alone.onLogDurable(SECOND_NANOS, TIME_MILLIS);
    assertThat(committed(alone.endTurn(SECOND_NANOS))).hasSize(1);
    alone.publish(3, put("z", AckLevel.MEMORY), SECOND_NANOS, TIME_MILLIS);
    assertThat(replies(alone.endTurn(SECOND_NANOS))).hasSize(1);
  }

  @Test
  @DisplayName("step 1: a retry after a restart gets the first answer")
  void remembersRequestsOverARestart() {
    var id = new RequestId(1, 2, 3);
    var done = new RecentRequest(id, new Token(1, 4), 1, true, TIME_MILLIS);
    CoreNode alone =
        node(
            0,
            List.of(new NodeId("a")),
            new Recovery(
                new HardState(1, 0),
                new Token(1, 9),
                new Token(1, 9),
                entries(6, 9),
                List.of(done),
                false));
    elect(alone);

    alone.publish(1, named("x", id, AckLevel.MEMORY), 0, TIME_MILLIS);

    assertThat(replies(alone.endTurn(0)))
        .containsExactly(new PublishOutcome.Written(new Token(1, 4), 1, true));
  }

  // ---- as one of three

  @Test
  @DisplayName("step 7: nothing is acknowledged in a term that is not on disk")
  void remembersTheTermBeforeItAcknowledges() {
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, new LanFrame.Entries(false, entries(1, 1)));

    List<CoreOutput> first = node.endTurn(0);
    assertThat(sent(first)).noneMatch(LanFrame.Ack.class::isInstance);
    assertThat(writes(first).get(0).hardState()).contains(new HardState(1, -1));

    node.onLogDurable(0, TIME_MILLIS);
    assertThat(sent(node.endTurn(0))).containsExactly(new LanFrame.Ack(1, 0));
  }

  @Test
  @DisplayName("I1.3: what is committed is given out in order, as far as it is on disk here")
  void commitsWhatIsDurable() {
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, new LanFrame.Entries(false, entries(1, 2)), 2);
    assertThat(committed(node.endTurn(0))).isEmpty();

    node.onLogDurable(0, TIME_MILLIS);

    assertThat(committed(node.endTurn(0))).isEqualTo(entries(1, 2));
    assertThat(node.committed()).isEqualTo(new Token(1, 2));
  }

  @Test
  @DisplayName("token: after a restart it is decided when all it found is applied or cut")
  void isDecidedWhenApplied() {
    CoreNode node =
        node(
            1,
            THREE,
            new Recovery(
                new HardState(1, 0),
                new Token(1, 1),
                new Token(1, 3),
                entries(1, 3),
                List.of(),
                false));
    assertThat(node.isDecided()).isFalse();

    receive(node, new LanFrame.Beacon(new Token(1, 3), 1, 0), 3);
    assertThat(committed(node.endTurn(0))).isEqualTo(entries(2, 3));
    assertThat(node.isDecided()).isFalse();

    node.onApplied(key -> Optional.empty(), 3, entries(2, 3));
    node.endTurn(0);
    assertThat(node.isDecided()).isTrue();
  }

  @Test
  void dropsWhatIsNotOfThisElectorate() {
    CoreNode node = node(1, THREE, NOTHING);

    node.onPacket(new LanPacket(7, 1, 0, beacon(1)), true, 0, TIME_MILLIS);
    node.onPacket(new LanPacket(0, CoreNode.TERM_JUMP_MAX + 1, 0, beacon(1)), true, 0, 0);
    var stranger =
        new LanFrame.Hello(
            new NodeId("x"), 1, 1, "", 0, Token.NONE, Token.NONE, false, 0, List.of());
    node.onPacket(new LanPacket(0, 0, 0, stranger), true, 0, TIME_MILLIS);

    assertThat(metrics.get(Metric.FRAMES_FOREIGN)).isEqualTo(2);
    assertThat(metrics.get(Metric.FRAMES_MALFORMED)).isEqualTo(1);
    assertThat(node.term()).isZero();
    assertThat(node.peers().hello(0)).isEmpty();
  }

  @Test
  @DisplayName("step 9: frames of an older term are dropped and counted")
  void dropsOldTerms() {
    CoreNode node = node(1, THREE, NOTHING);
    node.onPacket(new LanPacket(2, 5, 0, beacon(5)), true, 0, TIME_MILLIS);

    receive(node, new LanFrame.Entries(false, entries(1, 1)));

    assertThat(metrics.get(Metric.FRAMES_OLD_TERM)).isEqualTo(1);
    assertThat(node.log().last()).isEqualTo(Token.NONE);
    assertThat(node.masterSlot()).isEqualTo(2);
  }

  @Test
  @DisplayName("a write that failed does not go behind a copy under way")
  void keepsAFailedWriteFromACopy() {
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, new LanFrame.Entries(false, entries(1, 2)));
    node.endTurn(0);
    node.onLogFailed(0);
    receive(node, new LanFrame.Gone(50));
    assertThat(node.endTurn(0)).contains(new CoreOutput.TakeCopy(0, new Token(1, 2)));

    node.onTimer(SECOND_NANOS / 2 + 1, TIME_MILLIS);
    assertThat(writes(node.endTurn(SECOND_NANOS / 2 + 1))).isEmpty();

    node.onCopied(new Token(1, 60), List.of(), key -> Optional.empty(), SECOND_NANOS);
    node.onTimer(2 * SECOND_NANOS, TIME_MILLIS);
    List<LogWrite> retried = writes(node.endTurn(2 * SECOND_NANOS));
    assertThat(retried).hasSize(1);
    assertThat(retried.get(0).entries()).isEmpty();
    assertThat(retried.get(0).hardState()).contains(new HardState(1, -1));
    assertThat(node.durable()).isEqualTo(60);
    assertThat(metrics.get(Metric.COPIES_TAKEN)).isZero(); // the store counts them
  }

  @Test
  @DisplayName(
      "a damaged map is mended by a copy, though the log lacks nothing; by no master's own")
  void takesACopyWhenTheMapIsDamaged() {
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, new LanFrame.Entries(false, entries(1, 2)));
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);

    assertThat(node.onDamaged(0, TIME_MILLIS)).isEqualTo(CoreNode.Mending.COPYING);
    // No older one: what is in the log may be committed because it is.
    var take = new CoreOutput.TakeCopy(0, new Token(1, 2));
    assertThat(node.endTurn(0)).contains(take);
    assertThat(node.isCopying()).isTrue();
    assertThat(node.onDamaged(0, TIME_MILLIS)).isEqualTo(CoreNode.Mending.COPYING);
    assertThat(node.endTurn(0)).doesNotContain(take); // one at a time

    node.onCopied(new Token(1, 2), List.of(), key -> Optional.empty(), SECOND_NANOS);
    receive(node, new LanFrame.Entries(false, entries(3, 3)));
    assertThat(writes(node.endTurn(SECOND_NANOS))).hasSize(1);
    assertThat(node.isCopying()).isFalse();
    assertThat(node.log().last().revision()).isEqualTo(3);
  }

  @Test
  @DisplayName("a node that has lost its map shows, applies and orders nothing before a copy")
  void waitsForACopyWhenItsMapIsLost() {
    Recovery lost =
        new Recovery(
            new HardState(1, -1), new Token(1, 1), new Token(1, 2), entries(1, 2), List.of(), true);
    CoreNode node = node(1, THREE, lost);
    assertThat(node.isDecided()).isFalse();
    node.onTimer(9 * SECOND_NANOS, TIME_MILLIS);
    assertThat(requestsForVotes(node.endTurn(9 * SECOND_NANOS))).isEmpty();

    receive(node, new LanFrame.Entries(false, entries(3, 3)));
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);
    receive(node, new LanFrame.Beacon(new Token(1, 3), 1, 0), 3);
    assertThat(node.endTurn(0)).noneMatch(CoreOutput.Commit.class::isInstance);
    assertThat(node.isDecided()).isFalse();

    assertThat(node.onDamaged(0, TIME_MILLIS)).isEqualTo(CoreNode.Mending.COPYING);
    assertThat(node.endTurn(0)).contains(new CoreOutput.TakeCopy(0, new Token(1, 3)));
    node.onCopied(new Token(1, 3), List.of(), key -> Optional.empty(), SECOND_NANOS);
    receive(node, new LanFrame.Entries(false, entries(4, 4)));
    node.endTurn(SECOND_NANOS);
    node.onLogDurable(SECOND_NANOS, TIME_MILLIS);
    receive(node, new LanFrame.Beacon(new Token(1, 4), 1, 0), 4);
    assertThat(node.endTurn(SECOND_NANOS)).anyMatch(CoreOutput.Commit.class::isInstance);
    assertThat(node.isDecided()).isTrue();
  }

  @Test
  @DisplayName("a node needed for the majority takes no copy before it has an entry of the term")
  void takesNoCopyWhileTheTermHasNothingHere() {
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, new LanFrame.Entries(false, entries(1, 2)));
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);
    node.endTurn(0);
    receiveFrom(node, 2, 2, new LanFrame.Beacon(new Token(1, 2), 1, 0));
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);

    assertThat(node.onDamaged(0, TIME_MILLIS)).isEqualTo(CoreNode.Mending.ALONE);
    receiveFrom(node, 2, 2, new LanFrame.Entries(false, List.of(entry(2, 3, 1, "x"))));
    node.endTurn(0);

    assertThat(node.onDamaged(0, TIME_MILLIS)).isEqualTo(CoreNode.Mending.COPYING);
    assertThat(node.endTurn(0)).contains(new CoreOutput.TakeCopy(2, new Token(2, 3)));
  }

  // ---- with an empty disk

  private static LanFrame.Hello hello(CoreNode node, int slot, Token end, long nonce) {
    List<LanFrame.Echo> echoes =
        node.endTurn(0).stream()
            .filter(CoreOutput.Multicast.class::isInstance)
            .map(output -> ((CoreOutput.Multicast) output).packet().frame())
            .filter(LanFrame.Hello.class::isInstance)
            .map(frame -> new LanFrame.Echo(1, ((LanFrame.Hello) frame).nonce()))
            .toList();
    return new LanFrame.Hello(THREE.get(slot), 1, 1, "", 0, end, end, false, nonce, echoes);
  }

  private static void greets(CoreNode node, int slot, long term, Token end) {
    node.onTimer(node.nextTimerNanos(), TIME_MILLIS); // it greets
    LanFrame.Hello answer = hello(node, slot, end, 0);
    node.onPacket(new LanPacket(slot, term, 0, answer), true, 0, TIME_MILLIS);
  }

  private static boolean votesFor(CoreNode node, int slot, long term, Token end) {
    var request = new LanFrame.VoteRequest(term, end, false, false);
    node.onPacket(new LanPacket(slot, term, 0, request), true, 0, TIME_MILLIS);
    boolean granted = false;
    for (int turn = 0; turn < 4; turn++) {
      List<CoreOutput> outputs = node.endTurn(0);
      granted |= sent(outputs).contains(new LanFrame.VoteReply(term, true, false));
      if (!writes(outputs).isEmpty()) {
        node.onLogDurable(0, TIME_MILLIS);
      }
    }
    return granted;
  }

  @Test
  @DisplayName("a node with an empty disk does not vote before it has heard all the others")
  void doesNotVoteAsIfItRemembered() {
    CoreNode node = node(1, THREE, EMPTY_DISK);
    greets(node, 0, 5, new Token(5, 90));
    assertThat(votesFor(node, 0, 6, new Token(5, 90))).isFalse();

    greets(node, 2, 6, new Token(4, 80));

    assertThat(votesFor(node, 2, 7, new Token(4, 80))).isFalse();
    assertThat(votesFor(node, 0, 8, new Token(5, 90))).isTrue();
  }

  @Test
  @DisplayName("it becomes a member once its copy is as far as the others were, and shows it then")
  void joinsOnceItHasEverything() {
    CoreNode node = node(1, THREE, EMPTY_DISK);
    greets(node, 0, 1, new Token(1, 2));
    greets(node, 2, 1, new Token(1, 1));
    assertThat(writes(node.endTurn(0))).isEmpty(); // the term is on its way
    node.onLogDurable(0, TIME_MILLIS);
    receive(node, new LanFrame.Entries(false, entries(1, 2)), 2);
    assertThat(writes(node.endTurn(0)).get(0).entries()).hasSize(2);
    assertThat(node.isDecided()).isFalse();
    node.onLogDurable(0, TIME_MILLIS);

    List<CoreOutput> outputs = node.endTurn(0);

    assertThat(committed(outputs)).hasSize(2);
    assertThat(writes(outputs).get(0).hardState()).contains(new HardState(1, 1)); // no vote left
    assertThat(node.unheardBeforeVoting()).isEmpty();
    assertThat(node.isDecided()).isFalse();
    node.onApplied(key -> Optional.empty(), 2, entries(1, 2));
    assertThat(node.isDecided()).isTrue();
  }

  @Test
  @DisplayName("it confirms no reads of a master that need not be the last, and stands for nothing")
  void confirmsNothing() {
    CoreNode node = node(1, THREE, EMPTY_DISK);
    greets(node, 0, 1, new Token(1, 2));
    receive(node, new LanFrame.Beacon(new Token(1, 1), 1, 7));
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);

    assertThat(sent(node.endTurn(0))).containsExactly(new LanFrame.Ack(0, 0));
    node.onTimer(9 * SECOND_NANOS, TIME_MILLIS);
    assertThat(requestsForVotes(node.endTurn(9 * SECOND_NANOS))).isEmpty();
  }

  @Test
  @DisplayName(
      "newcomers found a cluster; with the first entry of its term on disk each is a member")
  void newcomersFound() {
    CoreNode node = node(1, THREE, EMPTY_DISK);
    node.onTimer(9 * SECOND_NANOS, TIME_MILLIS);
    assertThat(requestsForVotes(node.endTurn(9 * SECOND_NANOS)))
        .containsExactly(new LanFrame.VoteRequest(1, Token.NONE, true, true));

    var request = new LanFrame.VoteRequest(1, Token.NONE, false, true);
    node.onPacket(new LanPacket(0, 1, 0, request), true, 0, TIME_MILLIS);
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);
    assertThat(sent(node.endTurn(0))).contains(new LanFrame.VoteReply(1, true, false));
    receive(node, new LanFrame.Entries(false, entries(1, 1)));
    node.endTurn(0);
    assertThat(node.unheardBeforeVoting()).isPresent();
    node.onLogDurable(0, TIME_MILLIS);
    node.endTurn(0);
    assertThat(node.unheardBeforeVoting()).isEmpty();
  }

  @Test
  @DisplayName("a member takes no part in founding")
  void membersDoNotFound() {
    CoreNode node = node(1, THREE, NOTHING);
    var request = new LanFrame.VoteRequest(1, Token.NONE, false, true);
    node.onPacket(new LanPacket(0, 1, 0, request), true, 0, TIME_MILLIS);

    assertThat(sent(node.endTurn(0))).contains(new LanFrame.VoteReply(1, false, false));
  }

  // ---- reads

  private static List<ReadOutcome> reads(List<CoreOutput> outputs) {
    return outputs.stream()
        .filter(CoreOutput.ReadReply.class::isInstance)
        .map(output -> ((CoreOutput.ReadReply) output).outcome())
        .toList();
  }

  @Test
  @DisplayName("an agent acknowledges the latest round that it has heard of in this term")
  void acknowledgesRounds() {
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, new LanFrame.Beacon(new Token(1, 1), 1, 7));
    receive(node, new LanFrame.Beacon(new Token(1, 1), 1, 6)); // out of order
    assertThat(sent(node.endTurn(0))).noneMatch(LanFrame.Ack.class::isInstance);
    node.onLogDurable(0, TIME_MILLIS); // the term is
    assertThat(sent(node.endTurn(0))).containsExactly(new LanFrame.Ack(0, 7));

    receiveFrom(node, 2, 2, new LanFrame.Beacon(new Token(1, 1), 1, 0));
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);
    assertThat(sent(node.endTurn(0))).containsExactly(new LanFrame.Ack(0, 0));
  }

  @Test
  void refusesReadsWhereItIsNotTheMaster() {
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, beacon(1));

    node.read(1, 0);

    assertThat(((ReadOutcome.Refused) reads(node.endTurn(0)).get(0)).code())
        .isEqualTo(ErrorCode.NO_MASTER);
  }

  @Test
  @DisplayName("alone, a read is answered at once, with everything that was answered before it")
  void readsAlone() {
    CoreNode alone = node(0, List.of(new NodeId("a")), NOTHING);
    elect(alone);

    alone.read(1, 0);

    List<CoreOutput> outputs = alone.endTurn(0);
    assertThat(reads(outputs))
        .containsExactly(new ReadOutcome.At(new Token(1, 1), Optional.empty()));
    assertThat(sent(outputs)).isEmpty();
  }

  /** A master that two others follow; one of them has everything. */
  private CoreNode followed() {
    CoreNode node = node(1, THREE, NOTHING);
    electOfThree(node);
    node.publish(1, named("x", new RequestId(1, 2, 3), AckLevel.MEMORY), 0, TIME_MILLIS);
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);
    node.endTurn(0);
    return node;
  }

  private static void acknowledge(CoreNode node, int from, long revision) {
    var ack = new LanFrame.Ack(revision, 0);
    node.onPacket(new LanPacket(from, node.term(), 0, ack), false, 0, TIME_MILLIS);
    node.endTurn(0);
  }

  private static List<CoreOutput> handOvers(List<CoreOutput> outputs) {
    return outputs.stream()
        .filter(
            output ->
                output instanceof CoreOutput.Unicast send
                    && send.packet().frame() instanceof LanFrame.HandOver)
        .toList();
  }

  @Test
  @DisplayName("step 22: a master hands over to who has everything, and takes nothing meanwhile")
  void handsOver() {
    CoreNode node = followed();
    acknowledge(node, 0, 1);
    acknowledge(node, 2, 2);
    node.publish(2, named("y", new RequestId(4, 5, 6), AckLevel.DURABLE), 0, TIME_MILLIS);
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);

    assertThat(node.handOver(0)).hasValue(2);
    node.publish(3, named("z", new RequestId(7, 8, 9), AckLevel.DURABLE), 0, TIME_MILLIS);
    node.onTimer(0, TIME_MILLIS);
    List<CoreOutput> before = node.endTurn(0);
    assertThat(handOvers(before)).isEmpty(); // one publish is not on that disk yet
    assertThat(((PublishOutcome.Refused) replies(before).get(0)).code())
        .isEqualTo(ErrorCode.NO_MASTER);

    var ack = new LanFrame.Ack(3, 0);
    node.onPacket(new LanPacket(2, node.term(), 0, ack), false, 0, TIME_MILLIS);
    node.onTimer(5_000_000, TIME_MILLIS);
    List<CoreOutput> ready = node.endTurn(5_000_000);
    assertThat(replies(ready).get(0)).isInstanceOf(PublishOutcome.Written.class);
    assertThat(handOvers(ready)).hasSize(1);
    assertThat(((CoreOutput.Unicast) handOvers(ready).get(0)).slot()).isEqualTo(2);
    node.onTimer(30_000_000, TIME_MILLIS);
    assertThat(handOvers(node.endTurn(30_000_000))).hasSize(1); // it may have been lost

    long next = node.term() + 1;
    var request = new LanFrame.VoteRequest(next, node.log().last(), false, false);
    node.onPacket(new LanPacket(2, next, 0, request), true, 40_000_000, TIME_MILLIS);
    assertThat(node.isMaster()).isFalse();
    assertThat(handOvers(node.endTurn(90_000_000))).isEmpty();
  }

  @Test
  @DisplayName("step 22: a master that nobody takes over from orders on after a second")
  void ordersOnWhenNobodyTakesOver() {
    CoreNode node = followed();
    acknowledge(node, 0, 2);
    assertThat(node.handOver(0)).hasValue(0);
    acknowledge(node, 2, 2); // it is heard, so the lease holds
    node.onTimer(HandOver.PATIENCE_NANOS, TIME_MILLIS);
    node.endTurn(HandOver.PATIENCE_NANOS);

    node.publish(2, named("y", new RequestId(4, 5, 6), AckLevel.MEMORY), 0, TIME_MILLIS);
    assertThat(replies(node.endTurn(0)).get(0)).isInstanceOf(PublishOutcome.Written.class);
  }

  @Test
  @DisplayName("a damaged master hands over, so that it can take a copy")
  void handsOverWhenItsMapIsDamaged() {
    CoreNode node = followed();
    acknowledge(node, 0, 2);
    assertThat(node.onDamaged(0, TIME_MILLIS)).isEqualTo(CoreNode.Mending.HANDING_OVER);
    node.onTimer(0, TIME_MILLIS);
    assertThat(handOvers(node.endTurn(0))).hasSize(1);
  }

  private static List<LanFrame> requestsForVotes(List<CoreOutput> outputs) {
    return outputs.stream()
        .filter(CoreOutput.Multicast.class::isInstance)
        .map(output -> ((CoreOutput.Multicast) output).packet().frame())
        .filter(LanFrame.VoteRequest.class::isInstance)
        .toList();
  }

  @Test
  @DisplayName("a damaged master goes on where nobody else has all that is committed")
  void ordersOnWhenItAloneHasEverything() {
    CoreNode node = node(0, List.of(THREE.get(0)), NOTHING);
    node.onTimer(SECOND_NANOS, TIME_MILLIS);
    node.endTurn(SECOND_NANOS);
    node.onLogDurable(SECOND_NANOS, TIME_MILLIS);
    node.endTurn(SECOND_NANOS);
    assertThat(node.isMaster()).isTrue();

    assertThat(node.onDamaged(SECOND_NANOS, TIME_MILLIS)).isEqualTo(CoreNode.Mending.ALONE);
    assertThat(node.isMaster()).isTrue();
  }

  @Test
  @DisplayName("steps 1, 16: a retry of what a copy holds the work of gets the first answer")
  void answersRetriesOfWhatItKnowsFromACopyOnly() {
    var id = new RequestId(1, 2, 3);
    var undone = new RequestId(4, 5, 6);
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, new LanFrame.Entries(false, List.of(namedEntry(1, undone))));
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);
    receive(node, new LanFrame.Gone(50));
    assertThat(node.endTurn(0)).contains(new CoreOutput.TakeCopy(0, new Token(1, 1)));
    assertThat(node.requestsUpTo(new Token(1, 60))).isEmpty(); // it does not know that far

    var done = new RecentRequest(id, new Token(1, 40), 3, true, TIME_MILLIS);
    node.onCopied(new Token(1, 60), List.of(done), key -> Optional.empty(), 0);
    assertThat(node.requestsUpTo(new Token(1, 60))).contains(List.of(done));
    assertThat(node.requestsUpTo(new Token(1, 39))).contains(List.of());
    electOfThree(node);

    node.publish(1, named("x", id, AckLevel.MEMORY), SECOND_NANOS, TIME_MILLIS);
    var otherBody = new RequestId(id.high(), id.low(), 99);
    node.publish(2, named("y", otherBody, AckLevel.MEMORY), SECOND_NANOS, TIME_MILLIS);
    node.publish(3, named("z", undone, AckLevel.MEMORY), SECOND_NANOS, TIME_MILLIS);

    List<PublishOutcome> replies = replies(node.endTurn(SECOND_NANOS));
    assertThat(replies.get(0)).isEqualTo(new PublishOutcome.Written(new Token(1, 40), 3, true));
    assertThat(((PublishOutcome.Refused) replies.get(1)).code())
        .isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH);
    assertThat(replies.get(2)).isEqualTo(new PublishOutcome.Written(new Token(2, 62), 1, true));
  }

  @Test
  @DisplayName("step 24: what is cut in memory is cut on disk, and a retry may write it again")
  void cutsTheDiskToo() {
    CoreNode node = node(1, THREE, NOTHING);
    receive(node, new LanFrame.Entries(false, entries(1, 3)));
    node.endTurn(0);
    node.onLogDurable(0, TIME_MILLIS);
    node.endTurn(0);
    EncodedEntry other = entry(2, 3, 1, "other");

    node.onPacket(
        new LanPacket(2, 2, 0, new LanFrame.Entries(true, List.of(other))), true, 0, TIME_MILLIS);

    LogWrite write = writes(node.endTurn(0)).get(0);
    assertThat(write.cutFrom()).isEqualTo(3);
    assertThat(write.entries()).containsExactly(other);
    assertThat(node.durable()).isEqualTo(2);
  }

  // ---- helpers

  /** From the master a, of term 1. */
  private static void receive(CoreNode node, LanFrame frame) {
    receive(node, frame, 0);
  }

  private static void receive(CoreNode node, LanFrame frame, long commit) {
    node.onPacket(new LanPacket(0, 1, commit, frame), true, 0, TIME_MILLIS);
  }

  private static void receiveFrom(CoreNode node, int slot, long term, LanFrame frame) {
    node.onPacket(new LanPacket(slot, term, 0, frame), true, 0, TIME_MILLIS);
  }

  private static LanFrame beacon(long epoch) {
    return new LanFrame.Beacon(new Token(epoch, 1), 1, 0);
  }

  /** Has a node alone become master, with the first entry of its term on disk. */
  private static void elect(CoreNode alone) {
    alone.onTimer(0, TIME_MILLIS);
    alone.endTurn(0);
    alone.onLogDurable(0, TIME_MILLIS);
    alone.endTurn(0);
    alone.onLogDurable(0, TIME_MILLIS);
    alone.endTurn(0);
    assertThat(alone.isMaster()).isTrue();
  }

  /** Has b become master of term 2 by the vote of c, once the master a has fallen silent. */
  private static void electOfThree(CoreNode node) {
    for (int turn = 0; turn < 10 && !node.isMaster(); turn++) {
      List<CoreOutput> outputs = node.endTurn(2 * SECOND_NANOS);
      if (!writes(outputs).isEmpty()) {
        node.onLogDurable(2 * SECOND_NANOS, TIME_MILLIS);
      }
      for (CoreOutput output : outputs) {
        if (output instanceof CoreOutput.Multicast multicast
            && multicast.packet().frame() instanceof LanFrame.VoteRequest ask) {
          var vote = new LanFrame.VoteReply(ask.term(), true, ask.trial());
          long term = ask.trial() ? ask.term() - 1 : ask.term();
          node.onPacket(new LanPacket(2, term, 0, vote), false, 2 * SECOND_NANOS, TIME_MILLIS);
        }
      }
      node.onTimer(2 * SECOND_NANOS, TIME_MILLIS);
    }
    assertThat(node.isMaster()).isTrue();
  }

  private static EncodedEntry namedEntry(long revision, RequestId id) {
    return EntryCodec.encode(
        new Entry(
            1,
            revision,
            revision == 1 ? 0 : 1,
            TIME_MILLIS,
            Optional.of(id),
            List.of(new Pair.Delete(Key.of("u"), false))));
  }

  private static List<LogWrite> writes(List<CoreOutput> outputs) {
    return outputs.stream()
        .filter(CoreOutput.WriteLog.class::isInstance)
        .map(output -> ((CoreOutput.WriteLog) output).write())
        .toList();
  }

  private static List<PublishOutcome> replies(List<CoreOutput> outputs) {
    return outputs.stream()
        .filter(CoreOutput.Reply.class::isInstance)
        .map(output -> ((CoreOutput.Reply) output).outcome())
        .toList();
  }

  private static List<EncodedEntry> committed(List<CoreOutput> outputs) {
    var entries = new ArrayList<EncodedEntry>();
    for (CoreOutput output : outputs) {
      if (output instanceof CoreOutput.Commit commit) {
        entries.addAll(commit.committed().entries());
      }
    }
    return entries;
  }

  private static List<LanFrame> sent(List<CoreOutput> outputs) {
    return outputs.stream()
        .filter(CoreOutput.Unicast.class::isInstance)
        .map(output -> ((CoreOutput.Unicast) output).packet().frame())
        .toList();
  }
}
