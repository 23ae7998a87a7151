package io.widecast.store;

import io.widecast.model.ChangedSince;
import io.widecast.model.CopyPiece;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.resync.Bringing;
import io.widecast.resync.Tracking;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A transfer of another node's copy on its way into a keyspace: checks what comes, puts and removes
 * what it says, and keeps the requests that it brings.
 */
final class CopyIntake {

  private final Keyspace keyspace;
  private final Token at;
  private final Bringing bringing;
  private final List<RecentRequest> requests = new ArrayList<>(); // by rising revision

  /**
   * @param held what the keyspace's copy, or its map where it has none, is
   * @throws IllegalArgumentException when that is not what {@code changed} is about
   */
  CopyIntake(Keyspace keyspace, Holding held, Token at, Optional<ChangedSince> changed) {
    this.keyspace = keyspace;
    this.at = at;
    this.bringing = Bringing.of(held, at, changed);
  }

  Token at() {
    return at;
  }

  /** The copy is about to take the map's place, of which {@code tracking} knows. */
  void tell(Tracking tracking) {
    bringing.tell(tracking);
  }

  /** What the copy in the keyspace is now. */
  Holding holding() {
    return bringing.holding();
  }

  /**
   * @throws IllegalArgumentException when the piece has no place here; nothing is done
   */
  void take(CopyPiece piece) throws IOException {
    bringing.check(piece);
    lose(Optional.of(piece.upTo()), bringing.losesIn(piece));
    keyspace.addCopy(piece.rows());
    bringing.onTaken(piece);
  }

  /** The last piece has come. */
  void end() throws IOException {
    lose(Optional.empty(), bringing.losesBehind());
  }

  private void lose(Optional<Key> upTo, Predicate<Key> lost) throws IOException {
    if (bringing.mayLose()) {
      keyspace.removeFromCopy(bringing.covered(), upTo, lost);
    }
  }

  /**
   * @throws IllegalArgumentException when revisions do not rise, a request is newer than the copy,
   *     or there are too many
   */
  void addRequests(List<RecentRequest> more) {
    for (RecentRequest request : more) {
      Token before = requests.isEmpty() ? Token.NONE : requests.get(requests.size() - 1).token();
      Token token = request.token();
      boolean rises = token.revision() > before.revision() && token.epoch() >= before.epoch();
      boolean covered = token.revision() <= at.revision() && token.epoch() <= at.epoch();
      if (!rises || !covered || requests.size() == RecentRequest.KEPT_MAX) {
        throw new IllegalArgumentException(
            "request at "
                + token
                + " has no place behind "
                + requests.size()
                + ", the last at "
                + before
                + ", in a copy as of "
                + at);
      }
      requests.add(request);
    }
  }

  List<RecentRequest> requests() {
    return requests;
  }
}
