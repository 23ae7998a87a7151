package io.widecast.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * What {@link WanBench} measures.
 *
 * @param filters one edge node and one measurement for each; the first is what the others are
 *     compared with
 * @param coreNodes in the home site
 * @param file NDJSON to import; may be compressed with gzip
 * @param javaOptions for the nodes' JVMs
 */
public record WanOptions(List<String> filters, int coreNodes, Path file, List<String> javaOptions) {

  public WanOptions {
    filters = List.copyOf(filters);
    javaOptions = List.copyOf(javaOptions);
  }
}
