package io.widecast.store;

import io.widecast.model.KeyVersion;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks a copy of another node's map as it comes in, and keeps the requests that it brings. */
final class CopyIntake {

  private final Token at;
  private final List<RecentRequest> requests = new ArrayList<>(); // by rising revision
  private Optional<KeyVersion> last = Optional.empty();

  CopyIntake(Token at) {
    this.at = at;
  }

  Token at() {
    return at;
  }

  /**
   * @throws IllegalArgumentException when keys do not rise or a row is newer than the copy
   */
  void check(List<KeyVersion> rows) {
    for (KeyVersion row : rows) {
      boolean rises = last.isEmpty() || last.get().key().compareTo(row.key()) < 0;
      if (!rises || row.versioned().revision() > at.revision()) {
        throw new IllegalArgumentException(
            "row "
                + row.key()
                + " of "
                + row.versioned().token()
                + " has no place here in a copy as of "
                + at);
      }
      last = Optional.of(row);
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
