package io.widecast.replication.election;

import io.widecast.model.Token;
import io.widecast.wire.LanFrame.Hello;
import io.widecast.wire.LanFrame.VoteRequest;
import java.util.Arrays;
import java.util.Collections;

/**
 * A core node that found neither a term nor an entry on its disk: it is new, or it has lost its
 * disk, and cannot tell which. If it has lost it, an earlier life of its may have helped to commit
 * what others no longer have a majority of, and may have voted: it must not vote as if it
 * remembered. So it asks everybody what they know, by a number that their greetings repeat, and
 * then knows
 *
 * <ul>
 *   <li>a term at or above each in which it may have voted: whoever it voted for has that term on
 *       disk;
 *   <li>the end of the longest log on a disk: what it helped to commit is in some other log, too,
 *       as long as only a minority has lost its disks.
 * </ul>
 *
 * It votes for none but candidates above that term whose log is no shorter, and is a member like
 * the others once its own copy is that far. While not everybody has been heard it votes in one case
 * only: where no member has been heard, newcomers found the cluster by a majority of newcomers; and
 * members take no part in that. Acknowledging entries is no matter of remembering: it does.
 *
 * <p>Not thread-safe: owned by {@code CoreNode}. Source: the recovery of Viewstamped Replication
 * (Liskov and Cowling, 2012, section 4.3), with everybody instead of a majority, since which of the
 * others voted or acknowledged with it cannot be known.
 */
public final class Newcomer {

  private final long nonce;
  private final long others; // slots, as bits
  private long heard; // slots that have greeted since this node asked, as bits
  private boolean memberHeard; // at any time
  private long term; // the greatest that they told
  private final Token[] ends; // of their logs, by slot, as they last told

  /**
   * @param nonce of this life, not 0: what tells answers to it from older greetings
   */
  public Newcomer(int self, int electorate, long nonce) {
    if (nonce == 0) {
      throw new IllegalArgumentException("nonce 0");
    }
    this.nonce = nonce;
    long all = electorate == Long.SIZE ? -1L : (1L << electorate) - 1;
    this.others = all & ~(1L << self);
    this.ends = new Token[electorate];
    Arrays.fill(ends, Token.NONE);
  }

  /** What its greetings ask with. */
  public long nonce() {
    return nonce;
  }

  /**
   * @param told the term that the greeting came with
   * @param self this node's slot
   */
  public void onHello(int slot, long told, Hello hello, int self) {
    memberHeard |= hello.nonce() == 0;
    boolean answers =
        hello.echoes().stream().anyMatch(echo -> echo.slot() == self && echo.nonce() == nonce);
    if (answers) {
      heard |= 1L << slot;
      term = Math.max(term, told);
      ends[slot] = hello.logEnd(); // the newest word: a log may have lost what was not committed
    }
  }

  /** Whether every other node has told what it knows. */
  public boolean hasHeardAll() {
    return heard == others;
  }

  /** Whether some node is a member already: then there is nothing to found. */
  public boolean hasHeardMember() {
    return memberHeard;
  }

  /** Whether a vote for {@code request} may be given, as far as remembering goes. */
  public boolean mayVote(VoteRequest request) {
    return request.founding()
        ? !memberHeard
        : hasHeardAll() && request.term() > term && request.logEnd().compareTo(end()) >= 0;
  }

  /** The greatest term in which it may have voted in an earlier life. */
  public long term() {
    return term;
  }

  /**
   * Whether there are members, and a copy at {@code position} has all that an earlier life may have
   * helped to commit.
   */
  public boolean isComplete(Token position) {
    return memberHeard && hasHeardAll() && position.compareTo(end()) >= 0;
  }

  /** Whether {@code slot} has told what it knows. */
  public boolean hasHeard(int slot) {
    return slot >= 0 && (heard >>> slot & 1) != 0;
  }

  /** The end of the longest log that was told of: {@link Token#NONE} before any was. */
  public Token end() {
    return Collections.max(Arrays.asList(ends));
  }

  /** Who has not been heard yet, as bits. */
  public long missing() {
    return others & ~heard;
  }
}
