package io.widecast.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.widecast.it.Processes.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The classes of a node as an archive that its JVM maps instead of loading and checking them one by
 * one (class data sharing), which saves about 40 % of a start. The first test of a build makes it,
 * from a node that gets ready and ends.
 */
final class SharedClasses {

  private static Path archive; // null before the first use

  private SharedClasses() {}

  /** For the command of a node of this very jar. */
  static synchronized String option() {
    if (archive == null) {
      archive = archiveOf(Processes.jar());
    }
    return "-XX:SharedArchiveFile=" + archive;
  }

  private static Path archiveOf(Path jar) {
    try {
      long made = Files.getLastModifiedTime(jar).toMillis();
      Path file = jar.resolveSibling("widecast-" + made + ".jsa");
      if (!Files.exists(file)) {
        make(file);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void make(Path file) {
    try (var processes = new Processes(SharedClasses.class)) {
      Node node =
          processes
              .withClasses("-XX:ArchiveClassesAtExit=" + file)
              .core("paris-1", "site.electorate=paris-1");
      processes.start();
      assertThat(node.terminate()).as("exit code of " + node).isZero();
      assertThat(file).as("see the log of " + node).exists();
    }
  }
}
