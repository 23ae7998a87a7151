package io.widecast.store.container;

import io.widecast.model.Token;
import java.util.TreeMap;

/**
 * How far back the running map can be read, and which epoch each revision since then was published
 * in. Changed by the owner only.
 */
final class History {

  private final TreeMap<Long, Long> epochs; // first revision of each run of one epoch
  private Token horizon; // readers below it are refused
  private Token pruned; // versions that were replaced up to here are gone

  /**
   * @param epochs first revision of each epoch, from the horizon on
   */
  History(TreeMap<Long, Long> epochs, Token horizon, Token pruned) {
    this.epochs = new TreeMap<>(epochs);
    this.horizon = horizon;
    this.pruned = pruned;
  }

  /** Of a map that holds nothing. */
  static History empty() {
    return new History(new TreeMap<>(), Token.NONE, Token.NONE);
  }

  /** Of a map of which nothing before {@code at} is known. */
  static History from(Token at) {
    var history = new History(new TreeMap<>(), at, at);
    history.epochs.put(at.revision(), at.epoch());
    return history;
  }

  /** As that, of a map in which what was replaced since {@code pruned} has not gone yet. */
  static History from(Token at, Token pruned) {
    History history = from(at);
    history.pruned = pruned;
    return history;
  }

  Token horizon() {
    return horizon;
  }

  Token pruned() {
    return pruned;
  }

  /** First revision of each epoch, from the horizon on. */
  TreeMap<Long, Long> epochs() {
    return new TreeMap<>(epochs);
  }

  /** A publish was applied. */
  void onEntry(Token token) {
    if (epochs.isEmpty() || epochs.lastEntry().getValue() != token.epoch()) {
      epochs.put(token.revision(), token.epoch());
    }
  }

  /** The position of {@code revision}, which is not below the horizon. */
  Token at(long revision) {
    var run = epochs.floorEntry(revision);
    return new Token(run == null ? horizon.epoch() : run.getValue(), revision);
  }

  /** Readers below {@code revision} are refused from now on; whether that is news. */
  boolean raise(long revision) {
    if (revision <= horizon.revision()) {
      return false;
    }
    horizon = at(revision);
    epochs.headMap(revision).clear();
    epochs.putIfAbsent(revision, horizon.epoch());
    return true;
  }

  /** Versions replaced up to here are gone; news of a map that a copy has replaced is no news. */
  void pruned(Token upTo) {
    if (upTo.revision() > pruned.revision()) {
      pruned = upTo;
    }
  }
}
