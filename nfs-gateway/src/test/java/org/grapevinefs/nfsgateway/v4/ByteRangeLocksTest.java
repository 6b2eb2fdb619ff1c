// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ByteRangeLocksTest {

  private static final int BYTES = 24;

  private static ByteRangeLocks.Owner owner(int number) {
    return new ByteRangeLocks.Owner(number, new Opaque(new byte[] {(byte) number}));
  }

  @Test
  void unlock_inTheMiddle_leavesTwo() {
    ByteRangeLocks locks = new ByteRangeLocks();
    locks.lock(owner(1), 0, -1, true);
    locks.unlock(owner(1), 10, 19);
    assertThat(locks.size()).isEqualTo(2);
    assertThat(locks.conflict(owner(2), 10, 19, true)).isNull();
    assertThat(locks.conflict(owner(2), 9, 9, false)).isNotNull();
    assertThat(locks.conflict(owner(2), 20, 20, false)).isNotNull();
  }

  @Test
  void lock_besideOneOfTheSameKind_becomesOne() {
    ByteRangeLocks locks = new ByteRangeLocks();
    locks.lock(owner(1), 0, 9, true);
    locks.lock(owner(1), 20, 29, true);
    locks.lock(owner(1), 10, 19, true);
    assertThat(locks.size()).isEqualTo(1);
    locks.lock(owner(1), 30, 39, false);
    assertThat(locks.size()).isEqualTo(2);
  }

  /** Against a table with one cell for each byte and owner, for thousands of random steps. */
  @Test
  void randomSteps_agreeWithAPlainTable() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ByteRangeLocks locks = new ByteRangeLocks();
      int[][] table = new int[3][BYTES];
      for (int step = 0; step < 100; step++) {
        int who = random.nextInt(3);
        int first = random.nextInt(BYTES);
        int last = random.nextInt(first, BYTES);
        boolean exclusive = random.nextBoolean();
        boolean unlock = random.nextInt(3) == 0;
        boolean free = isFree(table, who, first, last, exclusive);
        if (unlock) {
          locks.unlock(owner(who), first, last);
          fill(table[who], first, last, 0);
        } else {
          assertThat(locks.conflict(owner(who), first, last, exclusive) == null)
              .as("seed %d step %d", seed, step)
              .isEqualTo(free);
          if (free) {
            locks.lock(owner(who), first, last, exclusive);
            fill(table[who], first, last, exclusive ? 2 : 1);
          }
        }
      }
    }
  }

  private static void fill(int[] row, int first, int last, int value) {
    for (int i = first; i <= last; i++) {
      row[i] = value;
    }
  }

  private static boolean isFree(int[][] table, int who, int first, int last, boolean exclusive) {
    for (int other = 0; other < table.length; other++) {
      for (int i = first; i <= last && other != who; i++) {
        if (table[other][i] == 2 || (table[other][i] == 1 && exclusive)) {
          return false;
        }
      }
    }
    return true;
  }
}
