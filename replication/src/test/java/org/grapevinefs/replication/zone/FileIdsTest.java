// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.grapevinefs.replication.core.FileId;
import org.junit.jupiter.api.Test;

class FileIdsTest {

  private static final int MANY = 100_000;

  @Test
  void next_manyTimes_followOneAnotherInRunsAndAreAllDifferent() {
    Random random = new Random(1);
    FileIds ids = new FileIds(() -> FileId.random(random));
    Set<FileId> all = new HashSet<>();
    Set<Long> numbers = new HashSet<>();
    int following = 0;
    FileId before = ids.next();
    for (int i = 1; i < MANY; i++) {
      FileId id = ids.next();
      following += id.high() == before.high() && id.low() == before.low() + 1 ? 1 : 0;
      all.add(id);
      numbers.add(id.inodeNumber());
      before = id;
    }
    assertThat(all).hasSize(MANY - 1);
    assertThat(numbers).hasSize(MANY - 1);
    assertThat(following).isEqualTo(MANY - 1 - (MANY - 1) / FileIds.TOGETHER);
  }

  @Test
  void next_atTheEndOfTheNumbers_beginsAnew() {
    List<FileId> given = new ArrayList<>(List.of(new FileId(0, -1), new FileId(7, 7)));
    FileIds ids = new FileIds(given::removeFirst);
    assertThat(ids.next()).isEqualTo(new FileId(0, -1));
    assertThat(ids.next()).isEqualTo(new FileId(7, 7));
    assertThat(ids.next()).isEqualTo(new FileId(7, 8));
  }
}
