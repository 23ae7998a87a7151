package io.widecast.store.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyHeadsTest {

  private static byte[] key(SplittableRandom random) {
    String prefix = new String[] {"", "city/FR/", "city/FR/Par", "city/", "z"}[random.nextInt(5)];
    byte[] begin = prefix.getBytes();
    byte[] key = Arrays.copyOf(begin, begin.length + random.nextInt(12));
    for (int i = begin.length; i < key.length; i++) {
      key[i] = (byte) new int[] {0, 1, 'a', 0x7f, 0x80, 0xff}[random.nextInt(6)];
    }
    return key;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void anInnerPageFindsAsAScanDoes(long seed) {
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      var places = new TreeSet<Place>();
      int size = 1 + random.nextInt(20);
      while (places.size() < size) {
        places.add(new Place(key(random), 1 + random.nextInt(3)));
      }
      InnerPage page = InnerPage.of(1, 1, 1, new PageRef(1, null), Place.FIRST);
      for (Place place : places) {
        page.insertBehind(page.count() - 1, place, new PageRef(page.count() + 1, null));
        byte[] asked = key(random);
        assertThat(page.find(asked, 2)).isEqualTo(scan(page, asked, 2));
      }
      for (int i = 0; i < 60; i++) {
        byte[] asked =
            random.nextBoolean() ? key(random) : page.lowOf(random.nextInt(page.count())).key();
        long revision = random.nextInt(5);
        assertThat(page.find(asked, revision)).isEqualTo(scan(page, asked, revision));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anInnerPageFindsAsAScanDoesWhileItChanges(long seed) {
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      InnerPage page = InnerPage.of(1, 1, 1, new PageRef(1, null), Place.FIRST);
      for (int change = 0; change < 60; change++) {
        var place = new Place(key(random), 1 + random.nextInt(3));
        int at = scan(page, place.key(), place.revision());
        boolean there = page.lowOf(at).equals(place);
        if (random.nextInt(3) == 0 && page.count() > 1) {
          page.remove(1 + random.nextInt(page.count() - 1));
        } else if (random.nextInt(5) == 0 && at > 0 && !there) {
          page.setSeparator(at, place); // still between its neighbours
        } else if (!there) {
          page.insertBehind(at, place, new PageRef(100 + change, null));
        }
        if (random.nextInt(6) == 0) {
          page = page.copy(2, 2);
        }
        assertThat(page.fault()).isEmpty();
        byte[] asked =
            random.nextBoolean() ? key(random) : page.lowOf(random.nextInt(page.count())).key();
        long revision = random.nextInt(5);
        assertThat(page.find(asked, revision)).isEqualTo(scan(page, asked, revision));
      }
    }
  }

  /** The last child that does not begin behind the place. */
  private static int scan(InnerPage page, byte[] key, long revision) {
    int child = 0;
    var place = new Place(key, revision);
    while (child + 1 < page.count() && page.lowOf(child + 1).compareTo(place) <= 0) {
      child++;
    }
    return child;
  }
}
