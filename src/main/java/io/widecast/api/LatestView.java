package io.widecast.api;

import io.widecast.store.View;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The newest view that any instance of this node's API has seen. The one thing instances share:
 * without it, two connections served by two event loops could see the node's position go back.
 */
final class LatestView {

  private final AtomicReference<View> view = new AtomicReference<>();

  /** Takes {@code candidate} unless a newer one is known. */
  void offer(View candidate) {
    view.accumulateAndGet(
        candidate,
        (known, offered) ->
            known == null || offered.token().compareTo(known.token()) > 0 ? offered : known);
  }

  /** The newest one; never null once an instance has started. */
  View get() {
    return view.get();
  }
}
