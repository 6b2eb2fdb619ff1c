// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ListingsTest {

  private static final FileId ONE = new FileId(1, 1);

  private final Listings listings = new Listings();

  private static List<Entry> names(FileId directory, int count) {
    return LongStream.range(0, count)
        .mapToObj(i -> {
          EntryName name = EntryName.of("n" + i);
          FileId id = new FileId(9, i);
          Link link = new Link(directory, name);
          return new Entry(directory, name, 10 * (i + 1), id, id, FileType.FIFO, link, null);
        })
        .toList();
  }

  private void put(FileId directory, int count) {
    listings.put(directory, names(directory, count), listings.stamp(directory));
  }

  @Test
  void after_anyCookie_goesOnWithTheNext() {
    List<Entry> all = names(ONE, 5);
    assertThat(Listings.after(all, 0, 2)).isEqualTo(all.subList(0, 2));
    assertThat(Listings.after(all, 10, 2)).isEqualTo(all.subList(1, 3));
    assertThat(Listings.after(all, 11, Integer.MAX_VALUE)).isEqualTo(all.subList(1, 5));
    assertThat(Listings.after(all, 50, 9)).isEmpty();
    assertThat(Listings.after(List.of(), 0, 9)).isEmpty();
  }

  @Test
  void put_whatWasReadBeforeAChange_isRefused() {
    long stamp = listings.stamp(ONE);
    listings.forget(List.of(ONE));
    listings.put(ONE, names(ONE, 3), stamp);
    assertThat(listings.get(ONE)).isNull();
    put(ONE, 3);
    assertThat(listings.get(ONE)).hasSize(3);
    listings.forget(List.of(ONE));
    assertThat(listings.get(ONE)).isNull();
  }

  @Test
  void put_moreNamesThanThereIsRoomFor_letsTheOldestGo() {
    put(ONE, Listings.MOST_OF_ONE + 1);
    assertThat(listings.get(ONE)).isNull();
    for (int i = 0; i < 4; i++) {
      put(new FileId(0, i), Listings.MOST_OF_ONE);
    }
    assertThat(listings.get(new FileId(0, 0))).isNull();
    assertThat(listings.get(new FileId(0, 1))).hasSize(Listings.MOST_OF_ONE);
    put(ONE, 0);
    assertThat(listings.get(ONE)).isEmpty();
  }
}
