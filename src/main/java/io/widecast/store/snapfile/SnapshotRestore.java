package io.widecast.store.snapfile;

import io.widecast.bus.CopyPart;
import io.widecast.bus.HardState;
import io.widecast.bus.LogWrite;
import io.widecast.metrics.Metrics;
import io.widecast.model.CopyPiece;
import io.widecast.model.KeyVersion;
import io.widecast.model.NodeId;
import io.widecast.model.Token;
import io.widecast.store.StoreCore;
import io.widecast.store.StoreOptions;
import io.widecast.store.log.FileDisk;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Begins a new cluster with the map of a snapshot file: writes the data directory of one of its
 * core nodes. Each of them is restored from the same file, and then they agree, as nodes do whose
 * logs end at the same position. What the old cluster wrote after the snapshot is not in the new
 * one, and the revisions of that time come again; so the new one's terms begin far above all that
 * the old one can have had, and every token that it gives is above every token of the old one.
 */
public final class SnapshotRestore {

  /**
   * An election takes a term: nobody has a thousand of them after a snapshot and saves that one.
   */
  public static final long EPOCHS_AHEAD = 1_000;

  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * What was restored.
   *
   * @param term that no master of the new cluster is below
   */
  public record Restored(SnapshotFileHeader header, long term) {}

  private SnapshotRestore() {}

  /**
   * Reads {@code file} to its end and checks everything.
   *
   * @throws SnapshotFileException when it is cut off, damaged or something else
   */
  public static SnapshotFileHeader check(Path file) throws IOException {
    try (InputStream in = open(file)) {
      var reader = new SnapshotFileReader(in);
      while (!reader.next().isEmpty()) { // each block is checked on the way
        continue;
      }
      return reader.header();
    }
  }

  /**
   * Writes a data directory. What fails leaves the directory without the map, if not without files:
   * a node that is started on it all the same is an empty one.
   *
   * @param directory missing or empty
   * @param term to begin with, above the snapshot's epoch; absent for {@value #EPOCHS_AHEAD} above
   *     it
   * @param nowMillis wall-clock time
   * @throws SnapshotFileException for a file that is not a whole snapshot of everything
   * @throws IllegalArgumentException for a directory or a term that will not do; says why
   */
  public static Restored restore(
      Path file, Path directory, NodeId node, OptionalLong term, long nowMillis)
      throws IOException {
    SnapshotFileHeader header = check(file); // to the end, before anything is written
    long newTerm = term.orElse(header.token().epoch() + EPOCHS_AHEAD);
    if (newTerm <= header.token().epoch()) {
      throw new IllegalArgumentException(
          "epoch "
              + newTerm
              + " is not above the snapshot's, "
              + header.token().epoch()
              + ": the new cluster's tokens must be above all of the old one's");
    }
    if (!header.filter().isEmpty()) {
      throw new SnapshotFileException(
          "the snapshot is from an edge node and has "
              + header.filter()
              + " only: a cluster is"
              + " restored from a core node's");
    }
    checkEmpty(directory);
    StoreOptions options = StoreOptions.core(directory, node);
    try (var core = StoreCore.open(new FileDisk(directory), options, new Metrics(), nowMillis)) {
      var hardState = new HardState(newTerm, -1);
      // First: a map without the term would give the old tokens again.
      core.append(new LogWrite(Optional.of(hardState), 0, List.of(), Token.NONE, 0));
      copy(file, core, header);
      if (core.hardState().term() != newTerm || core.view().size() != header.rows()) {
        throw new IllegalStateException(
            core.view().size() + " keys in " + core.hardState() + " came of " + header);
      }
    }
    return new Restored(header, newTerm);
  }

  private static void copy(Path file, StoreCore core, SnapshotFileHeader header)
      throws IOException {
    try (InputStream in = open(file)) {
      var reader = new SnapshotFileReader(in);
      if (!reader.header().equals(header)) {
        throw new SnapshotFileException("the file was changed while it was read");
      }
      core.copy(CopyPart.Begin.whole(header.token()));
      List<KeyVersion> rows;
      while (!(rows = reader.next()).isEmpty()) {
        core.copy(new CopyPart.Piece(CopyPiece.of(rows)));
      }
      core.copy(new CopyPart.End());
    }
  }

  private static void checkEmpty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(directory + " is no directory");
    }
    try (Stream<Path> files = Files.list(directory)) {
      if (files.findAny().isPresent()) {
        throw new IllegalArgumentException(
            directory + " is not empty: give a directory that is, or that is not there yet");
      }
    }
  }

  private static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
  }
}
