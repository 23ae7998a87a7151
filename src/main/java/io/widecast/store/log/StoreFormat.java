package io.widecast.store.log;

import io.widecast.model.NodeId;
import io.widecast.wire.Crc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a data directory says about itself, in a file {@code FORMAT} that people can read:
 *
 * <pre>
 * widecast container 1
 * node paris-1
 * identity 5f0c2a9b11e47d3c
 * crc 0a1b2c3d
 * </pre>
 *
 * @param kind how the map is kept
 * @param node whose directory it is
 * @param identity drawn when the directory was made; in the checksum of everything in it, so that
 *     bytes of another directory, or of an earlier life of this one, never pass
 */
public record StoreFormat(Kind kind, NodeId node, long identity) {

  /** How a directory keeps its map; each in its version 1. */
  public enum Kind {
    /** The whole map in memory, a chain of objects on disk. */
    REDO_LOG("redo-log"),
    /** A copy-on-write tree on segments. */
    CONTAINER("container");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    private static Optional<Kind> of(String text) {
      return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }
  }

  public static final String FILE = "FORMAT";

  private static final String TEMPORARY = ".tmp";
  private static final int VERSION = 1;
  private static final int BYTES_MAX = 1024;
  private static final Pattern FORM =
      Pattern.compile(
          "(widecast (\\S+) (\\d{1,9})\nnode (\\S+)\nidentity ([0-9a-f]{16})\n)crc"
              + " ([0-9a-f]{8})\n");

  /** What stands in {@code disk}'s directory; empty for one without such a file. */
  public static Optional<StoreFormat> read(Disk disk) throws IOException {
    if (!disk.list().contains(FILE)) {
      return Optional.empty();
    }
    byte[] bytes = new byte[BYTES_MAX];
    int length;
    try (DiskFile file = disk.open(FILE)) {
      length = file.read(0, bytes, 0, BYTES_MAX);
    }
    return Optional.of(
        parse(new String(bytes, 0, length, StandardCharsets.US_ASCII), disk.place()));
  }

  static StoreFormat parse(String text, String place) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || !crc(form.group(1)).equals(form.group(6))) {
      throw new StoreException(
          "file "
              + FILE
              + " in "
              + place
              + " is damaged; restore it from a backup, or move the"
              + " directory away and let this node take a new copy");
    }
    Optional<Kind> kind = Kind.of(form.group(2));
    if (kind.isEmpty() || Integer.parseInt(form.group(3)) != VERSION) {
      throw new StoreException(
          place
              + " holds format "
              + form.group(2)
              + " "
              + form.group(3)
              + "; this version reads container 1 and redo-log 1: run the version that wrote it, or convert it there");
    }
    if (!NodeId.isValid(form.group(4))) {
      throw new StoreException("file " + FILE + " in " + place + " names no node");
    }
    return new StoreFormat(
        kind.get(), new NodeId(form.group(4)), Long.parseUnsignedLong(form.group(5), 16));
  }

  String text() {
    String front =
        String.format(
            "widecast %s %d\nnode %s\nidentity %016x\n", kind.text(), VERSION, node, identity);
    return front + "crc " + crc(front) + "\n";
  }

  private static String crc(String front) {
    byte[] bytes = front.getBytes(StandardCharsets.US_ASCII);
    return String.format("%08x", Crc.of(0, bytes, 0, bytes.length));
  }

  /** Writes it: the last step in making a directory. */
  public void write(Disk disk) throws IOException {
    replace(disk, FILE, text().getBytes(StandardCharsets.US_ASCII));
  }

  /** Puts {@code content} in place of a whole small file, so that a power cut leaves old or new. */
  public static void replace(Disk disk, String name, byte[] content) throws IOException {
    String temporary = name + TEMPORARY;
    try (DiskFile file = disk.create(temporary)) {
      file.write(0, content, 0, content.length);
      file.force();
    }
    disk.rename(temporary, name);
    disk.forceNames();
  }

  /** Whether {@code name} is one that {@link #replace} uses on its way: left over at a start. */
  public static boolean isTemporary(String name) {
    return name.matches("[A-Z]+\\.tmp");
  }
}
