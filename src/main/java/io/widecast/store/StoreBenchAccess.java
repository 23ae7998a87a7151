package io.widecast.store;

import io.widecast.metrics.Metrics;
import io.widecast.store.log.LogDrop;
import java.io.IOException;

/** What {@code bench store} needs of a {@link StoreCore} beside what a node's verticle calls. */
public final class StoreBenchAccess {

  private final StoreCore core;
  private final StoreAnswers answers;
  private final Upkeep upkeep;

  public StoreBenchAccess(StoreCore core) {
    this.core = core;
    this.answers = new StoreAnswers(core, new Metrics());
    this.upkeep = new Upkeep(core, core.container().orElseThrow(), new Metrics());
  }

  /** A piece of upkeep; whether there is more. */
  public boolean keepUp() throws IOException {
    return upkeep.run();
  }

  /** What of the log can go, once the map has forgotten what it says; any one thread. */
  public LogDrop logToDrop(long nowMillis) throws IOException {
    LogDrop drop = core.logToDrop(nowMillis);
    core.forgetUpTo(drop.base());
    return drop;
  }

  public Record answer(StoreRequest request) throws IOException {
    return answers.answer(request, 0);
  }

  /** A line on the inside of the store. */
  public String figures() {
    try {
      return answers.answer(new StoreRequest.Figures(), 0).toString();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
