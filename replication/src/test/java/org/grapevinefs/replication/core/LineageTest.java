// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineageTest {

  private static final Origin A = new Origin(1);
  private static final Origin B = new Origin(2);

  private static Content.Regular first(Origin origin, long seq) {
    return content(new Dot(origin, seq), Lineage.NONE);
  }

  private static Content.Regular content(Dot dot, Lineage lineage) {
    return new Content.Regular(
        dot, dot.seq(), new Timestamp(0, 0), 0, RangeMap.EMPTY, null, lineage);
  }

  private static Content.Regular after(Content.Regular parent, Origin origin, long seq) {
    return content(new Dot(origin, seq), Lineage.after(parent));
  }

  @Test
  void longWorkOfOneOrigin_isOneRun_andPartsWhereTheOtherDid() {
    Content.Regular base = first(A, 1);
    Content.Regular shared = after(after(base, A, 3), A, 7);
    Content.Regular mine = shared;
    for (int i = 0; i < 1_000; i++) {
      mine = after(mine, A, 10 + i);
    }
    Content.Regular theirs = after(after(shared, B, 5), B, 6);
    assertThat(mine.lineage().runs()).hasSize(1);
    assertThat(Lineage.nearestCommon(mine, theirs)).isEqualTo(shared.dot());
    assertThat(Lineage.nearestCommon(theirs, mine)).isEqualTo(shared.dot());
  }

  @Test
  void workByTurns_isBounded_andTheNearestIsFound() {
    Content.Regular base = first(A, 1);
    Content.Regular last = base;
    for (int i = 0; i < 100; i++) {
      last = after(last, i % 2 == 0 ? B : A, 10 + i);
    }
    assertThat(last.lineage().runs()).hasSize(Lineage.MAX_RUNS);
    Content.Regular one = after(last, A, 500);
    Content.Regular other = after(last, B, 500);
    assertThat(Lineage.nearestCommon(one, other)).isEqualTo(last.dot());
    assertThat(Lineage.nearestCommon(one, after(base, B, 600))).isNull();
  }

  @Test
  void mergedContent_isMadeFromBoth() {
    Content.Regular base = first(A, 1);
    Content.Regular one = after(base, A, 2);
    Content.Regular other = after(base, B, 2);
    Content.Regular merged = content(new Dot(A, 3), Lineage.ofBoth(one, other));
    assertThat(merged.lineage().has(one.dot())).isTrue();
    assertThat(merged.lineage().has(other.dot())).isTrue();
    assertThat(Lineage.nearestCommon(after(merged, A, 4), after(other, B, 3)))
        .isEqualTo(other.dot());
  }

  @Test
  void apartFromTheStart_haveNothingInCommon() {
    assertThat(Lineage.nearestCommon(first(A, 1), first(B, 1))).isNull();
  }

  @Test
  void changesAnOriginNeverMade_areForgotten() {
    Lineage lineage = after(after(after(first(A, 1), A, 5), A, 9), B, 1).lineage();
    assertThat(lineage.has(new Dot(A, 9))).isTrue();
    Lineage cut = lineage.without(A, 5);
    assertThat(cut.has(new Dot(A, 9))).isFalse();
    assertThat(cut.has(new Dot(A, 5))).isTrue();
    assertThat(lineage.without(A, 0)).isEqualTo(Lineage.NONE);
  }
}
