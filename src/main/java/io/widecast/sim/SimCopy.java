package io.widecast.sim;

import io.widecast.bus.CopyPart;
import io.widecast.model.CopyPiece;
import io.widecast.model.Holding;
import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.RecentRequest;
import io.widecast.model.Token;
import io.widecast.resync.Bringing;
import io.widecast.resync.Tracking;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The obvious way to take another node's copy in: what {@code StoreCore} must be equal to. In
 * memory, and gone with a crash.
 */
final class SimCopy {

  private final List<RecentRequest> requests = new ArrayList<>();
  private SimMap staged; // null when nothing was begun
  private Bringing bringing;
  private Token at; // of the transfer
  private Holding told = Holding.NOTHING;

  /** What a transfer can go on from. */
  Holding held(SimMap shown) {
    if (staged != null && bringing.holding().first().compareTo(shown.at()) > 0) {
      told = bringing.holding();
    } else {
      staged = null;
      told = Holding.at(shown.at());
    }
    return told;
  }

  void take(CopyPart part, SimMap shown) {
    if (part instanceof CopyPart.Begin next) {
      begin(next, shown);
    } else if (part instanceof CopyPart.Requests more) {
      requests.addAll(more.requests());
    } else if (part instanceof CopyPart.Piece next) {
      CopyPiece piece = next.piece();
      bringing.check(piece);
      lose(piece.upTo(), bringing.losesIn(piece));
      for (KeyVersion row : piece.rows()) {
        staged.putIfNewer(row);
      }
      bringing.onTaken(piece);
    } else {
      throw new AssertionError(part);
    }
  }

  private void begin(CopyPart.Begin next, SimMap shown) {
    at = next.at();
    requests.clear();
    if (next.changed().isEmpty()) {
      staged = new SimMap();
    } else if (staged == null) {
      staged = shown.copy();
    }
    bringing = Bringing.of(told, next.at(), next.changed());
  }

  private void lose(Key upTo, Predicate<Key> lost) {
    staged.removeIf(
        key -> {
          boolean behind =
              bringing.covered().isEmpty() || key.compareTo(bringing.covered().get()) > 0;
          boolean inside = upTo == null || key.compareTo(upTo) <= 0;
          return behind && inside && lost.test(key);
        });
  }

  /** The transfer has come to its end: what it led to. */
  SimMap end() {
    lose(null, bringing.losesBehind());
    SimMap done = staged;
    done.moveTo(at);
    staged = null;
    return done;
  }

  /** It is about to be shown. */
  void tell(Tracking tracking) {
    bringing.tell(tracking);
  }

  List<RecentRequest> requests() {
    return List.copyOf(requests);
  }

  /** The power is gone, or it failed for good. */
  void drop() {
    staged = null;
  }
}
