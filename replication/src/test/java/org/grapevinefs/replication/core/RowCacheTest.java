// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowCacheTest {

  private static final FileId ID = new FileId(1, 2);
  private static final Reads.Local OLD = new Reads.Local(3, 0);
  private static final Reads.Local NEW = new Reads.Local(4, 1);

  private final RowCache cache = new RowCache();

  private RowCache.Changes changed(Reads.Local local) {
    RowCache.Changes changes = new RowCache.Changes(cache);
    changes.put(ID, Rows.local(local));
    return changes;
  }

  @Test
  void rows_ofATransaction_areItsOwnBeforeTheStores() {
    cache.learn(ID, Rows.held(null), cache.stamp());
    RowCache.Changes changes = changed(NEW);
    assertThat(changes.rows(ID))
        .isEqualTo(new Rows(null, Rows.Known.none(), new Rows.Known<>(NEW)));
    assertThat(cache.rows(ID).local()).isNull();
    cache.follow(changes);
    assertThat(cache.rows(ID)).isEqualTo(new Rows(null, Rows.Known.none(), new Rows.Known<>(NEW)));
  }

  @Test
  void learn_whatWasReadBeforeACommit_isRefused() {
    long stamp = cache.stamp();
    cache.follow(changed(NEW));
    cache.learn(ID, Rows.local(OLD), stamp);
    assertThat(cache.rows(ID).local()).isEqualTo(new Rows.Known<>(NEW));
  }

  @Test
  void rows_ofANewId_areKnownToBeNone() {
    RowCache.Changes changes = new RowCache.Changes(cache);
    changes.put(ID, Rows.FRESH);
    assertThat(changes.rows(ID)).isEqualTo(Rows.FRESH);
    changes.put(ID, Rows.local(NEW));
    assertThat(changes.rows(ID))
        .isEqualTo(new Rows(List.of(), Rows.Known.none(), new Rows.Known<>(NEW)));
  }

  @Test
  void follow_whatIsLarge_isForgotten() {
    cache.learn(ID, Rows.placed(List.of()), cache.stamp());
    List<Entry> many = new ArrayList<>();
    for (int i = 0; i < 17; i++) {
      EntryName name = EntryName.of("n" + i);
      Link link = new Link(FileId.ROOT, name);
      many.add(new Entry(FileId.ROOT, name, 3 + i, ID, ID, FileType.FIFO, link, null));
    }
    RowCache.Changes changes = new RowCache.Changes(cache);
    changes.put(ID, Rows.placed(many));
    cache.follow(changes);
    assertThat(cache.rows(ID).placed()).isNull();
  }
}
