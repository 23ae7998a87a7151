package io.widecast.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@link KvBench} measures.
 *
 * @param endpoints base URLs of running nodes; empty: start some
 * @param coreNodes how many to start, one measurement for each number
 * @param rates publishes a second, one measurement for each
 * @param inFlight publishes unanswered at a time; 0: do not measure that
 * @param seconds of each run
 * @param warmUpSeconds before the first run of each measurement, not counted
 * @param runs of which the median counts
 * @param valueBytes 9 to 1 MiB
 * @param cities NDJSON file to import; may be compressed with gzip
 * @param javaOptions for the nodes' JVMs
 * @param settings overlaid on the nodes' configuration, {@code a.b=c} each
 */
public record KvOptions(
    List<String> endpoints,
    List<Integer> coreNodes,
    List<Integer> rates,
    int inFlight,
    double seconds,
    double warmUpSeconds,
    int runs,
    int valueBytes,
    String ack,
    Optional<Path> cities,
    List<String> javaOptions,
    List<String> settings) {

  public KvOptions {
    endpoints = List.copyOf(endpoints);
    coreNodes = List.copyOf(coreNodes);
    rates = List.copyOf(rates);
    javaOptions = List.copyOf(javaOptions);
    settings = List.copyOf(settings);
    if (valueBytes < FrameScan.DIGITS) {
      throw new BenchException("a value has at least " + FrameScan.DIGITS + " bytes here");
    }
  }
}
