package io.widecast.wire;

import static io.widecast.wire.StreamParts.flag;
import static io.widecast.wire.StreamParts.token;

import io.widecast.model.BucketSet;
import io.widecast.model.ChangedSince;
import io.widecast.model.Holding;
import io.widecast.model.Holding.Stretch;
import io.widecast.model.Key;
import io.widecast.model.Token;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Optional;

/**
 * What is held, and what has changed of it, on a stream.
 *
 * <pre>
 * size     field
 *          holding
 * varint   stretches                 1 .. 8
 * flag     of each: ends at a key    all but the last
 * sized    the key
 * token    its position
 *          changed since
 * varint   stretches                 1 .. 8
 * 1        of each: form             0 numbers, 1 bitmap
 * varint   numbers: buckets          0 .. 6,000
 * varint   of each: number less that of the one before
 * 8,192    bitmap: bucket b is bit b mod 8 of byte b / 8
 * varint   epochs                    0 .. 4,096
 * token    of each: its first position, by rising revision
 * </pre>
 */
final class CopyParts {

  private static final int NUMBERS_MAX = 6_000; // about as long as the bitmap then
  private static final int BITMAP_BYTES = BucketSet.BUCKETS / 8;

  private CopyParts() {}

  static void holding(ByteWriter out, Holding holding) {
    out.varint(holding.stretches().size());
    for (Stretch stretch : holding.stretches()) {
      out.u8(stretch.to().isPresent() ? 1 : 0);
      stretch.to().ifPresent(key -> out.sized(key.bytes()));
      token(out, stretch.at());
    }
  }

  static Holding holding(ByteReader in) throws WireException {
    int count = in.count(Holding.STRETCHES_MAX);
    var stretches = new ArrayList<Stretch>();
    for (int i = 0; i < count; i++) {
      Optional<Key> to =
          flag(in) ? Optional.of(new Key(in.sized(Key.BYTES_MAX))) : Optional.empty();
      stretches.add(new Stretch(to, token(in)));
    }
    return new Holding(stretches);
  }

  static void changed(ByteWriter out, ChangedSince changed) {
    out.varint(changed.gone().size());
    changed.gone().forEach(set -> buckets(out, set));
    out.varint(changed.epochs().size());
    changed.epochs().forEach(epoch -> token(out, epoch));
  }

  static ChangedSince changed(ByteReader in) throws WireException {
    int count = in.count(Holding.STRETCHES_MAX);
    var gone = new ArrayList<BucketSet>();
    for (int i = 0; i < count; i++) {
      gone.add(buckets(in));
    }
    int epochs = in.count(ChangedSince.EPOCHS_MAX);
    var firsts = new ArrayList<Token>();
    for (int i = 0; i < epochs; i++) {
      firsts.add(token(in));
    }
    return new ChangedSince(gone, firsts);
  }

  private static void buckets(ByteWriter out, BucketSet set) {
    if (set.count() > NUMBERS_MAX) {
      var bitmap = new byte[BITMAP_BYTES];
      for (int bucket = set.next(0); bucket >= 0; bucket = set.next(bucket + 1)) {
        bitmap[bucket / 8] |= (byte) (1 << bucket % 8);
      }
      out.u8(1).bytes(bitmap, 0, bitmap.length);
      return;
    }
    out.u8(0).varint(set.count());
    int before = 0;
    for (int bucket = set.next(0); bucket >= 0; bucket = set.next(bucket + 1)) {
      out.varint(bucket - before);
      before = bucket;
    }
  }

  private static BucketSet buckets(ByteReader in) throws WireException {
    if (flag(in)) {
      byte[] bitmap = in.bytes(BITMAP_BYTES).unsafeArray();
      return BucketSet.of(bucket -> (bitmap[bucket / 8] >> bucket % 8 & 1) != 0);
    }
    int count = in.count(NUMBERS_MAX);
    var bits = new BitSet();
    int bucket = 0;
    for (int i = 0; i < count; i++) {
      bucket += in.count(BucketSet.BUCKETS);
      if (bucket >= BucketSet.BUCKETS) {
        throw new WireException("bucket " + bucket);
      }
      bits.set(bucket);
    }
    return BucketSet.of(bits::get);
  }
}
