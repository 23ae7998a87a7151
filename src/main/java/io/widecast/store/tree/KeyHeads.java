package io.widecast.store.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The keys of some places by rising order, as numbers: of each the eight bytes behind what all have
 * in common. A search compares these, which lie side by side, and looks at a key itself only where
 * they are equal. Immutable.
 */
final class KeyHeads {

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] first;
  private final int common; // bytes of it that all keys begin with
  private final long[] heads; // unsigned; 0 bytes behind a key's end

  private KeyHeads(byte[] first, int common, long[] heads) {
    this.first = first;
    this.common = common;
    this.heads = heads;
  }

  /**
   * @param count of the places that count, 1 at least
   */
  static KeyHeads of(Place[] places, int count) {
    byte[] first = places[0].key();
    int different = Arrays.mismatch(first, places[count - 1].key());
    int common = different < 0 ? first.length : different;
    var heads = new long[count];
    for (int i = 0; i < count; i++) {
      heads[i] = head(places[i].key(), common);
    }
    return new KeyHeads(first, common, heads);
  }

  /**
   * With one key more, before the one at {@code index}; null when it does not begin as the others
   * do. These need not have all in common that they could: it was so for the keys at first.
   */
  KeyHeads with(int index, byte[] key) {
    boolean begins = key.length >= common && Arrays.mismatch(key, 0, common, first, 0, common) < 0;
    if (!begins) {
      return null;
    }
    var more = new long[heads.length + 1];
    System.arraycopy(heads, 0, more, 0, index);
    System.arraycopy(heads, index, more, index + 1, heads.length - index);
    more[index] = head(key, common);
    return new KeyHeads(first, common, more);
  }

  /** Without the key at {@code index}; null when that was the last one. */
  KeyHeads without(int index) {
    if (heads.length == 1) {
      return null;
    }
    var fewer = new long[heads.length - 1];
    System.arraycopy(heads, 0, fewer, 0, index);
    System.arraycopy(heads, index + 1, fewer, index, fewer.length - index);
    return new KeyHeads(first, common, fewer);
  }

  /**
   * Where {@code key} stands by the bytes that all have in common: negative before all of them,
   * positive behind all, 0 when {@link #head} decides.
   */
  int side(byte[] key) {
    return Arrays.compareUnsigned(key, 0, Math.min(common, key.length), first, 0, common);
  }

  /** Of a key that is on no {@link #side}; to be compared, unsigned, with {@link #at}. */
  long head(byte[] key) {
    return head(key, common);
  }

  long at(int index) {
    return heads[index];
  }

  private static long head(byte[] key, int from) {
    if (key.length - from >= Long.BYTES) {
      return (long) EIGHT.get(key, from);
    }
    long head = 0;
    for (int i = from; i < key.length; i++) {
      head |= (key[i] & 0xffL) << 56 - 8 * (i - from);
    }
    return head;
  }
}
