// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class KnowledgeTest {

  private static final Origin A = new Origin(1);
  private static final Origin B = new Origin(-2);

  @Test
  void with_newerDot_coversItAndAllBefore() {
    Knowledge knowledge = Knowledge.NONE.with(new Dot(A, 3));
    assertThat(knowledge.covers(new Dot(A, 2))).isTrue();
    assertThat(knowledge.covers(new Dot(A, 4))).isFalse();
    assertThat(knowledge.covers(new Dot(B, 1))).isFalse();
    assertThat(knowledge.with(new Dot(A, 1))).isSameAs(knowledge);
  }

  @Test
  void digest_equalSums_differ() {
    Knowledge left = Knowledge.of(Map.of(A, 1L));
    Knowledge right = Knowledge.of(Map.of(B, 1L));
    assertThat(left.sum()).isEqualTo(right.sum());
    assertThat(left.digest()).isNotEqualTo(right.digest());
  }

  @Test
  void join_randomPairs_includesBothAndNothingMore() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      Knowledge left = random(random);
      Knowledge right = random(random);
      Knowledge joined = left.join(right);
      assertThat(joined).isEqualTo(right.join(left));
      assertThat(joined.includes(left)).isTrue();
      assertThat(joined.includes(right)).isTrue();
      assertThat(left.includes(right)).isEqualTo(joined.equals(left));
      assertThat(joined.join(left)).isEqualTo(joined);
      joined
          .asMap()
          .forEach((origin, seq) ->
              assertThat(Math.max(left.get(origin), right.get(origin))).isEqualTo(seq));
    }
  }

  private static Knowledge random(Random random) {
    Map<Origin, Long> entries = new TreeMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      entries.put(new Origin(random.nextInt(6) - 3), (long) random.nextInt(4));
    }
    return Knowledge.of(entries);
  }
}
