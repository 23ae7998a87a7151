package io.widecast.store.snapfile;

import io.widecast.model.Key;
import io.widecast.model.KeyVersion;
import io.widecast.model.Token;
import io.widecast.model.Value;
import io.widecast.model.Versioned;
import io.widecast.wire.ByteReader;
import io.widecast.wire.ByteWriter;
import io.widecast.wire.WireException;

/**
 * A key and what it holds, inside a {@link FileBlock}.
 *
 * <pre>
 * size     field
 *  1+n     key             varint length 1 .. 1024, bytes
 *  varint  epoch           of the publish that wrote it
 *  varint  revision
 *  varint  revision - createRevision
 *  varint  version         1 or more
 *  varint  expiresAtMillis 0 for never
 *  1+n     content type    varint length 1 .. 255, ASCII
 *  1+n     value           varint length 0 .. 1 MiB, bytes
 * </pre>
 */
final class FileRow {

  /** Greatest row: the longest key, content type and value, and the numbers. */
  static final int BYTES_MAX = Value.BYTES_MAX + Key.BYTES_MAX + 255 + 8 * 9;

  private FileRow() {}

  static void write(ByteWriter out, KeyVersion row) {
    Versioned held = row.versioned();
    out.sized(row.key().bytes());
    out.varint(held.token().epoch()).varint(held.revision());
    out.varint(held.revision() - held.createRevision()).varint(held.version());
    out.varint(held.expiresAtMillis()).text(held.value().contentType());
    out.sized(held.value().bytes());
  }

  /** Reads a row; what is out of its range is an {@link IllegalArgumentException}. */
  static KeyVersion read(ByteReader in) throws WireException {
    var key = new Key(in.sized(Key.BYTES_MAX));
    var token = new Token(in.varint(), in.varint());
    long createRevision = token.revision() - in.varint();
    long version = in.varint();
    long expiresAtMillis = in.varint();
    String contentType = in.text(Value.CONTENT_TYPE_CHARS_MAX);
    var value = new Value(in.sized(Value.BYTES_MAX), contentType);
    return new KeyVersion(
        key, new Versioned(value, token, createRevision, version, expiresAtMillis));
  }
}
