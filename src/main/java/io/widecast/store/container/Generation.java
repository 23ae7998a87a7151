package io.widecast.store.container;

import io.widecast.store.log.Disk;
import io.widecast.store.log.DiskFile;
import io.widecast.store.log.PrefixedDisk;
import io.widecast.store.log.StoreException;
import io.widecast.store.log.StoreFormat;
import io.widecast.wire.Crc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which container of a directory is the node's. There is one, and beside it one more while a
 * damaged one is replaced: the next generation, made from another node's copy, takes over in one
 * step, the replacement of one small file.
 *
 * <p>The files of the first generation have plain names, those of a later one begin with {@code
 * g<number>-}.
 */
public final class Generation {

  static final String FILE = "GENERATION";

  private static final int BYTES_MAX = 256;
  private static final Pattern FORM =
      Pattern.compile("(generation (\\d{1,7})\nidentity ([0-9a-f]{16})\n)crc ([0-9a-f]{8})\n");
  private static final Pattern OF_LATER = Pattern.compile("g(\\d{7})-.*");
  private static final Pattern OF_FIRST =
      Pattern.compile("(seg|journal)-[0-9a-f]+|(CHECKPOINT|ALARM)(\\.tmp)?");

  private final Disk directory;
  private final long identity;
  private final int number;

  private Generation(Disk directory, long identity, int number) {
    this.directory = directory;
    this.identity = identity;
    this.number = number;
  }

  /**
   * The one that a directory stands at.
   *
   * @throws StoreException when the file that says so is damaged
   */
  public static Generation current(Disk directory, long identity) throws IOException {
    if (!directory.list().contains(FILE)) {
      return new Generation(directory, identity, 0);
    }
    byte[] bytes = new byte[BYTES_MAX];
    int length;
    try (DiskFile file = directory.open(FILE)) {
      length = file.read(0, bytes, 0, BYTES_MAX);
    }
    Matcher form = FORM.matcher(new String(bytes, 0, length, StandardCharsets.US_ASCII));
    if (!form.matches()
        || !crc(form.group(1)).equals(form.group(4))
        || Long.parseUnsignedLong(form.group(3), 16) != identity) {
      throw new StoreException(
          "file "
              + FILE
              + " in "
              + directory.place()
              + " is damaged; restore it from a backup, or move the directory away and let this"
              + " node take a new copy");
    }
    return new Generation(directory, identity, Integer.parseInt(form.group(2)));
  }

  private static String crc(String front) {
    byte[] bytes = front.getBytes(StandardCharsets.US_ASCII);
    return String.format("%08x", Crc.of(0, bytes, 0, bytes.length));
  }

  public int number() {
    return number;
  }

  /** The one that would replace this. */
  public Generation next() {
    return new Generation(directory, identity, number + 1);
  }

  /** Its files, under their plain names. */
  public Disk disk() {
    return number == 0 ? directory : new PrefixedDisk(directory, String.format("g%07d-", number));
  }

  /** Makes this the directory's: when it returns, a start finds it, else it or the former one. */
  public void takeOver() throws IOException {
    String front = String.format("generation %d\nidentity %016x\n", number, identity);
    String text = front + "crc " + crc(front) + "\n";
    StoreFormat.replace(directory, FILE, text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Deletes its files: it did not come to its end. */
  public void delete() throws IOException {
    for (String name : directory.list()) {
      if (isOurs(name)) {
        directory.delete(name);
      }
    }
  }

  /** Deletes the files of all others: of one that was replaced, or did not come to its end. */
  public void deleteOthers() throws IOException {
    for (String name : directory.list()) {
      boolean ofSome = OF_LATER.matcher(name).matches() || OF_FIRST.matcher(name).matches();
      if (ofSome && !isOurs(name)) {
        directory.delete(name);
      }
    }
  }

  private boolean isOurs(String name) {
    Matcher later = OF_LATER.matcher(name);
    return later.matches()
        ? Integer.parseInt(later.group(1)) == number
        : number == 0 && OF_FIRST.matcher(name).matches();
  }
}
