package io.widecast.model;

/** One pair as a publisher asks for it, before the master numbers it. */
public sealed interface Draft {

  /** 100 years: a time of expiry, which is added up from it, stays far from overflowing. */
  long TTL_MILLIS_MAX = 100L * 365 * 86_400_000;

  Key key();

  /** Bytes that count against the limit of a publish: decoded key and value. */
  int contentBytes();

  /**
   * @param ttlMillis time to live from the moment of ordering, up to {@link #TTL_MILLIS_MAX}; 0 for
   *     ever
   */
  record Put(Key key, Value value, long ttlMillis) implements Draft {

    public Put {
      if (ttlMillis < 0 || ttlMillis > TTL_MILLIS_MAX) {
        throw new IllegalArgumentException("ttl of " + ttlMillis + " ms");
      }
    }

    @Override
    public int contentBytes() {
      return key.sizeBytes() + value.bytes().length();
    }
  }

  /**
   * @param expired asked by the master itself, because the key's time is over
   */
  record Delete(Key key, boolean expired) implements Draft {

    @Override
    public int contentBytes() {
      return key.sizeBytes();
    }
  }
}
