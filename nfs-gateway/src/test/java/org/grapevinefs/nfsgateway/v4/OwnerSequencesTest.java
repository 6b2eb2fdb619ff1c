// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OwnerSequencesTest {

  private static final int MOST = 4_096;
  private static final int MOST_OF_ALL = 65_536;
  private static final int FEW = 16;

  private final AtomicInteger ofAll = new AtomicInteger();

  private static Opaque owner(int number) {
    return new Opaque(ByteBuffer.allocate(4).putInt(number).array());
  }

  private OwnerSequences full() {
    OwnerSequences sequences = new OwnerSequences(ofAll);
    for (int i = 0; i < MOST; i++) {
      sequences.of(owner(i), false);
    }
    return sequences;
  }

  @Test
  void ownersOfAClient_overTheBound_makeTheOneNotUsedForLongestForgotten() {
    OwnerSequences sequences = full();
    OwnerSequence first = sequences.of(owner(0), false);
    OwnerSequence second = sequences.of(owner(1), false);
    sequences.of(owner(0), false);
    for (int i = 2; i < MOST; i++) {
      sequences.of(owner(i), false);
    }
    sequences.of(owner(0), false);
    sequences.of(owner(MOST), false);
    assertThat(ofAll).hasValue(MOST);
    assertThat(sequences.of(owner(0), false)).as("just used").isSameAs(first);
    assertThat(sequences.of(owner(1), false)).as("not used").isNotSameAs(second);
    assertThat(ofAll).hasValue(MOST);
  }

  @Test
  void openOwnersAndLockOwners_ofOneName_areTwo() {
    OwnerSequences sequences = new OwnerSequences(ofAll);
    OwnerSequence opens = sequences.of(owner(1), false);
    assertThat(sequences.of(owner(1), true)).isNotSameAs(opens);
    sequences.release(owner(1));
    assertThat(sequences.of(owner(1), false)).isSameAs(opens);
    assertThat(ofAll).hasValue(1);
  }

  @Test
  void ownersOfAllClients_overTheBound_leaveEachClientFew() {
    List<OwnerSequences> clients = new ArrayList<>();
    for (int i = 0; i < MOST_OF_ALL / MOST; i++) {
      clients.add(full());
    }
    assertThat(ofAll).hasValue(MOST_OF_ALL);
    OwnerSequences late = new OwnerSequences(ofAll);
    for (int i = 0; i < 10 * FEW; i++) {
      late.of(owner(i), false);
    }
    assertThat(ofAll).hasValue(MOST_OF_ALL + FEW);
    clients.getFirst().of(owner(MOST), false);
    assertThat(ofAll).as("no more for the one that has many").hasValue(MOST_OF_ALL + FEW);
    clients.forEach(OwnerSequences::clear);
    assertThat(ofAll).hasValue(FEW);
    for (int i = 0; i < 10 * FEW; i++) {
      late.of(owner(i), false);
    }
    assertThat(ofAll).as("room again").hasValue(10 * FEW);
  }
}
