package io.widecast.store;

import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.store.redo.Row;
import java.util.List;

/** The map of another node, built aside from the rows it sends. */
final class CopyIntake {

  private final Token at;
  private final TreeLoader loader = new TreeLoader();

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

  /** All of it. This intake must not be used again. */
  TreeView done() {
    return loader.done(at);
  }
}
