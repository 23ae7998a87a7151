package io.widecast.store;

import io.widecast.model.KeyVersion;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.store.redo.Row;
import java.util.ArrayList;
import java.util.List;

/** The map of another node, built aside from the rows it sends, and the requests it knows. */
final class CopyIntake {

  private final Token at;
  private final TreeLoader loader = new TreeLoader();
  private final List<RecentRequest> requests = new ArrayList<>(); // by rising revision

  CopyIntake(Token at) {
    this.at = at;
  }

  /**
   * @throws IllegalArgumentException when keys do not rise or a row is newer than the copy
   */
  void add(List<KeyVersion> rows) {
    for (KeyVersion keyVersion : rows) {
      byte[] row = Row.of(keyVersion);
      if (!loader.follows(row) || keyVersion.versioned().revision() > at.revision()) {
        throw new IllegalArgumentException(
            "row "
                + keyVersion.key()
                + " of "
                + keyVersion.versioned().token()
                + " has no place here in a copy as of "
                + at);
      }
      loader.add(row);
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

  /** The map. This intake must not be used again, but for {@link #requests}. */
  TreeView done() {
    return loader.done(at);
  }

  List<RecentRequest> requests() {
    return requests;
  }
}
