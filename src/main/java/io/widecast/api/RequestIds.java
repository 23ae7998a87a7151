package io.widecast.api;

import io.widecast.model.Compare;
import io.widecast.model.Draft;
import io.widecast.model.ErrorCode;
import io.widecast.model.RequestId;
import io.widecast.model.WidecastException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Makes the name of a request out of its idempotency key, and a hash of what it asks for, so that
 * the same key with another body is noticed. SHA-256, cut to the bits that are kept.
 */
final class RequestIds {

  static final int KEY_CHARS_MAX = 255;

  private RequestIds() {}

  /**
   * @throws WidecastException {@link ErrorCode#BAD_REQUEST} for an empty, long or unprintable key
   */
  static String checked(String key) {
    boolean printable = key.chars().allMatch(c -> c >= ' ' && c <= '~');
    if (key.isEmpty() || key.length() > KEY_CHARS_MAX || !printable) {
      throw Query.bad(
          "an idempotency key has 1 to " + KEY_CHARS_MAX + " printable ASCII characters");
    }
    return key;
  }

  static RequestId of(String key, List<Draft> drafts, List<Compare> compares) {
    MessageDigest sha = sha256();
    ByteBuffer name = ByteBuffer.wrap(sha.digest(key.getBytes(StandardCharsets.US_ASCII)));
    drafts.forEach(draft -> update(sha, draft));
    compares.forEach(compare -> update(sha, compare));
    long bodyHash = ByteBuffer.wrap(sha.digest()).getLong();
    return new RequestId(name.getLong(), name.getLong(), bodyHash);
  }

  /** Of line {@code line}, from 1, of a stream of NDJSON. */
  static RequestId ofLine(String key, long line, Draft draft) {
    return of(key + '\n' + line, List.of(draft), List.of());
  }

  private static void update(MessageDigest sha, Draft draft) {
    if (draft instanceof Draft.Put put) {
      update(sha, 'P', put.key().bytes().unsafeArray());
      update(sha, 'V', put.value().bytes().unsafeArray());
      update(sha, 'C', put.value().contentType().getBytes(StandardCharsets.US_ASCII));
      update(sha, 'T', longs(put.ttlMillis(), 0));
    } else if (draft instanceof Draft.Delete delete) {
      update(sha, 'D', delete.key().bytes().unsafeArray());
    } else {
      throw new AssertionError(draft);
    }
  }

  private static void update(MessageDigest sha, Compare compare) {
    byte[] key = compare.key().bytes().unsafeArray();
    if (compare instanceof Compare.Absent) {
      update(sha, 'a', key);
    } else if (compare instanceof Compare.Present) {
      update(sha, 'p', key);
    } else if (compare instanceof Compare.AtRevision at) {
      update(sha, 'r', key);
      update(sha, 'n', longs(at.revision(), 0));
    } else if (compare instanceof Compare.AtToken at) {
      update(sha, 't', key);
      update(sha, 'n', longs(at.token().epoch(), at.token().revision()));
    } else {
      throw new AssertionError(compare);
    }
  }

  /** With its kind and length before it, so that no two requests run into the same bytes. */
  private static void update(MessageDigest sha, char kind, byte[] bytes) {
    sha.update((byte) kind);
    sha.update(longs(bytes.length, 0));
    sha.update(bytes);
  }

  private static byte[] longs(long first, long second) {
    return ByteBuffer.allocate(16).putLong(first).putLong(second).array();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java platform has it
    }
  }
}
