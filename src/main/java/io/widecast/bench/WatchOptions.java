package io.widecast.bench;

import java.util.List;

/**
 * What {@link WatchBench} measures.
 *
 * @param endpoints base URLs of running nodes, the watched one first; empty: start some
 * @param coreNodes how many to start
 * @param watchers on one node
 * @param rate publishes a second; each is one message to each watcher
 * @param seconds of each run
 * @param warmUpSeconds before the first run, not counted
 * @param runs of which the median counts
 * @param valueBytes 9 to 1 MiB
 * @param javaOptions for the nodes' JVMs
 */
public record WatchOptions(
    List<String> endpoints,
    int coreNodes,
    int watchers,
    int rate,
    double seconds,
    double warmUpSeconds,
    int runs,
    int valueBytes,
    List<String> javaOptions) {

  public WatchOptions {
    endpoints = List.copyOf(endpoints);
    javaOptions = List.copyOf(javaOptions);
    if (watchers < 1 || rate < 1 || valueBytes < FrameScan.DIGITS) {
      throw new BenchException(
          "at least 1 watcher, 1 publish/s and " + FrameScan.DIGITS + " bytes a value");
    }
  }
}
