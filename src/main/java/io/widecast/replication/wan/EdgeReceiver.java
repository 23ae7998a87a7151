package io.widecast.replication.wan;

import io.widecast.bus.Committed;
import io.widecast.bus.CopyPart;
import io.widecast.bus.HardState;
import io.widecast.bus.LogWrite;
import io.widecast.model.EncodedEntry;
import io.widecast.model.Token;
import io.widecast.wire.StreamFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Receiving half of an edge node: takes the stream's entries in order, notices loss by {@code
 * prevRevision} alone (holes are normal there), makes them durable, shows them, and acknowledges.
 * One write is in flight at a time; what arrives meanwhile goes with the next.
 *
 * <p>Not thread-safe: owned by {@code HomeStreamVerticle}. Source: systems.md S1 steps 7, 15 to 17.
 */
public final class EdgeReceiver {

  /** What the owner has to do, in this order. */
  public sealed interface Output {

    /** Send to the home site. */
    record Send(StreamFrame frame) implements Output {}

    /** Make durable; answer with onLogDurable or onLogFailed. None follows before that. */
    record WriteLog(LogWrite write) implements Output {}

    /** Final and on disk: apply. */
    record Commit(Committed committed) implements Output {}

    /** Part of a copy for the store; the owner passes them on in order. */
    record Copy(CopyPart part) implements Output {}

    /** The stream cannot be trusted: close it, and open another that resumes from the position. */
    record Reconnect(String why) implements Output {}
  }

  private final List<EncodedEntry> received = new ArrayList<>(); // to write next
  private Token upTo; // position after everything received
  private Token writing; // position after what is in flight, null when nothing is
  private List<EncodedEntry> writingEntries = List.of();
  private Token position; // everything up to here is on disk
  private long prevRevision; // last revision on this stream; 0 before the first
  private boolean damaged; // a copy is to take the place of what is on disk
  private boolean copying;
  private Token copyAt = Token.NONE;
  private long copyKeys;
  private boolean ending; // the copy is complete and on its way to the disk
  private LogWrite write;

  /**
   * @param position of this node's copy as found on disk
   */
  public EdgeReceiver(Token position) {
    this.position = position;
    this.upTo = position;
  }

  /** Everything up to here is on disk. */
  public Token position() {
    return position;
  }

  /** What a greeting asks to resume from: from nothing when a copy is wanted. */
  public Token resumeFrom() {
    return damaged ? Token.NONE : position;
  }

  /** The store's disk does not hold what was written: a copy is to replace it. */
  public List<Output> onDamaged() {
    if (damaged || isCopying()) {
      return List.of();
    }
    damaged = true;
    return List.of(new Output.Reconnect("the store is damaged: a copy is to mend it"));
  }

  /** Whether it holds a whole copy, if an old one. */
  public boolean hasCopy() {
    return position.revision() > 0 && !copying;
  }

  public boolean isCopying() {
    return copying || ending;
  }

  /** How far the home site's stream has come, on disk here or not yet. */
  public Token received() {
    return upTo;
  }

  /**
   * A stream begins anew. What was received and not yet written is forgotten: the home site sends
   * it again. Call only while nothing is in flight, which {@link #isIdle} tells.
   */
  public void onConnected() {
    received.clear();
    upTo = position;
    prevRevision = 0;
    copying = false;
  }

  /** Whether nothing is on its way to the disk. */
  public boolean isIdle() {
    return write == null && !ending;
  }

  public List<Output> onEntries(StreamFrame.Entries frame) {
    if (isCopying() && !ending) {
      return List.of(new Output.Reconnect("entries inside a copy"));
    }
    if (frame.prevRevision() != prevRevision) {
      return List.of(
          new Output.Reconnect(
              "entries after " + frame.prevRevision() + " where " + prevRevision + " was last"));
    }
    long last = upTo.revision();
    for (EncodedEntry entry : frame.entries()) {
      if (entry.revision() <= last) {
        return List.of(new Output.Reconnect("entry " + entry.revision() + " after " + last));
      }
      last = entry.revision();
    }
    if (frame.upTo().compareTo(upTo) < 0 || frame.upTo().revision() < last) {
      return List.of(new Output.Reconnect("position back to " + frame.upTo() + " from " + upTo));
    }
    if (!frame.entries().isEmpty()) {
      prevRevision = last;
    }
    received.addAll(frame.entries());
    upTo = frame.upTo();
    return writeNext();
  }

  public List<Output> onCopyBegin(StreamFrame.CopyBegin begin) {
    if (!isIdle() || !received.isEmpty()) {
      return List.of(new Output.Reconnect("a copy begins among entries"));
    }
    copying = true;
    copyAt = begin.at();
    copyKeys = 0;
    return List.of(new Output.Copy(new CopyPart.Begin(begin.at(), begin.changed())));
  }

  public List<Output> onCopyRows(StreamFrame.CopyRows rows) {
    if (!copying) {
      return List.of(new Output.Reconnect("rows outside a copy"));
    }
    copyKeys += rows.piece().count();
    return List.of(new Output.Copy(new CopyPart.Piece(rows.piece())));
  }

  public List<Output> onCopyEnd(StreamFrame.CopyEnd end) {
    if (!copying || !end.at().equals(copyAt) || end.keys() != copyKeys) {
      return List.of(
          new Output.Reconnect(
              "copy of " + end.keys() + " keys at " + end.at() + ", got " + copyKeys));
    }
    copying = false;
    ending = true;
    upTo = copyAt;
    prevRevision = copyAt.revision();
    return List.of(new Output.Copy(new CopyPart.End()));
  }

  /** The copy is on disk and applied. */
  public List<Output> onCopied() {
    ending = false;
    damaged = false;
    position = copyAt;
    var outputs = new ArrayList<Output>();
    outputs.add(new Output.Send(new StreamFrame.Ack(position)));
    outputs.addAll(writeNext());
    return outputs;
  }

  /** The store would not take the copy: begin anew. */
  public List<Output> onCopyFailed(String why) {
    ending = false;
    copying = false;
    return List.of(new Output.Reconnect(why));
  }

  public List<Output> onLogDurable() {
    var outputs = new ArrayList<Output>();
    outputs.add(new Output.Commit(new Committed(writingEntries, writing)));
    position = writing;
    write = null;
    outputs.add(new Output.Send(new StreamFrame.Ack(position)));
    outputs.addAll(writeNext());
    return outputs;
  }

  /** The disk would not take the write: the owner gives it again after a while. */
  public Output retry() {
    return new Output.WriteLog(write);
  }

  private List<Output> writeNext() {
    if (write != null || ending || upTo.equals(position) && received.isEmpty()) {
      return List.of();
    }
    writing = upTo;
    writingEntries = List.copyOf(received);
    write = new LogWrite(Optional.<HardState>empty(), 0, writingEntries, writing, 1);
    received.clear();
    return List.of(new Output.WriteLog(write));
  }
}
