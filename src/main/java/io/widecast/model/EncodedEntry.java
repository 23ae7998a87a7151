package io.widecast.model;

/**
 * An entry with its one binary form, which stands unchanged in the log, in datagrams and on
 * streams. The master encodes it once; whoever received it keeps the bytes it came in.
 *
 * @param bytes as {@code wire.EntryCodec} writes it, checksum included
 */
public record EncodedEntry(Entry entry, Bytes bytes) {

  public long revision() {
    return entry.revision();
  }

  public int sizeBytes() {
    return bytes.length();
  }
}
