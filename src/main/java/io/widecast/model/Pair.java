package io.widecast.model;

/**
 * One key's change inside an {@link Entry}, as the master ordered it. The master fills in version
 * and create revision, so that every node of every site stores the same without looking anything
 * up.
 */
public sealed interface Pair {

  Key key();

  /** Bytes that count against the limit of a publish: decoded key and value. */
  int contentBytes();

  /**
   * The key holds {@code value} from here on.
   *
   * @param version 1 for a key that was absent, else one more than before
   * @param createRevision the revision that made version 1
   * @param expiresAtMillis wall-clock milliseconds since 1970 by the master's clock, 0 for never
   */
  record Put(Key key, Value value, long version, long createRevision, long expiresAtMillis)
      implements Pair {

    public Put {
      if (version < 1 || createRevision < 1 || expiresAtMillis < 0) {
        throw new IllegalArgumentException(
            "version " + version + ", created " + createRevision + ", expires " + expiresAtMillis);
      }
    }

    @Override
    public int contentBytes() {
      return key.sizeBytes() + value.bytes().length();
    }
  }

  /**
   * The key is absent from here on.
   *
   * @param expired the master published this because the time to live was over
   */
  record Delete(Key key, boolean expired) implements Pair {

    @Override
    public int contentBytes() {
      return key.sizeBytes();
    }
  }
}
