package io.widecast.api;

import io.widecast.model.Token;
import io.widecast.watch.Frame;
import java.util.Optional;

/** Where the frames of one watch go. */
interface WatchSink {

  /** Whether the client has to read before it is sent more. */
  boolean full();

  void frame(Frame frame);

  /** Sends what {@link #frame} took; called once after several. */
  void flush();

  /** The client wanted every event and was too slow: nothing comes after this. */
  void tooSlow(Optional<Token> last);

  /** The node is shutting down: lets the client go, if that is not done elsewhere. */
  void drain();
}
