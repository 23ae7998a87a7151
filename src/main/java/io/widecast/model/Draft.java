package io.widecast.model;

/** One pair as a publisher asks for it, before the master numbers it. */
public sealed interface Draft {

  Key key();

  /** Bytes that count against the limit of a publish: decoded key and value. */
  int contentBytes();

  /**
   * @param ttlMillis time to live from the moment of ordering, 0 for ever
   */
  record Put(Key key, Value value, long ttlMillis) implements Draft {

    public Put {
      if (ttlMillis < 0) {
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
