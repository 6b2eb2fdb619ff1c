// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.Origin;
import org.junit.jupiter.api.Test;

/** Histories that are wrong on purpose: the ledger must refuse each, and take the right ones. */
class LedgerTest {

  private static final FileId FILE = new FileId(7, 7);
  private static final Dot FIRST = new Dot(new Origin(1), 1);
  private static final Dot SECOND = new Dot(new Origin(2), 1);
  private static final Knowledge BOTH = Knowledge.NONE.with(FIRST).with(SECOND);

  private final Ledger ledger = new Ledger();

  private void write(Dot dot, int cell, Set<Dot> replaced) {
    ledger.noteBytes(dot, new int[] {cell});
    ledger.note(dot, FILE, Ledger.Kind.WRITE, replaced, Knowledge.NONE);
  }

  private ThrowingCallable showing(Dot... dots) {
    return () -> ledger.check(dots.length == 0 ? Map.of() : Map.of(FILE, Set.of(dots)), BOTH);
  }

  private static void refused(ThrowingCallable check, String property) {
    assertThatThrownBy(check)
        .isInstanceOfSatisfying(
            Violation.class,
            violation ->
                org.assertj.core.api.Assertions.assertThat(violation.property())
                    .isEqualTo(property));
  }

  @Test
  void check_writesMadeApartThatBothShow_isRight() {
    write(FIRST, 1, Set.of());
    write(SECOND, 2, Set.of());
    assertThatCode(showing(FIRST, SECOND)).doesNotThrowAnyException();
  }

  @Test
  void check_writeThatHadSeenTheOther_isRightAlone() {
    write(FIRST, 1, Set.of());
    write(SECOND, 2, Set.of(FIRST));
    assertThatCode(showing(SECOND)).doesNotThrowAnyException();
  }

  @Test
  void check_equalBytesWrittenApart_mayShowOnce() {
    write(FIRST, 1, Set.of());
    write(SECOND, 1, Set.of());
    assertThatCode(showing(SECOND)).doesNotThrowAnyException();
  }

  @Test
  void check_writeMadeApartThatIsGone_isLost() {
    write(FIRST, 1, Set.of());
    write(SECOND, 2, Set.of());
    refused(showing(SECOND), "nothing lost");
  }

  @Test
  void check_allGone_isLost() {
    write(FIRST, 1, Set.of());
    refused(showing(), "nothing lost");
  }

  @Test
  void check_replacedContentThatShows_isAGhost() {
    write(FIRST, 1, Set.of());
    write(SECOND, 2, Set.of(FIRST));
    refused(showing(FIRST, SECOND), "no ghosts");
  }

  @Test
  void check_deletedContentThatShows_isAGhost() {
    write(FIRST, 1, Set.of());
    ledger.note(SECOND, FILE, Ledger.Kind.DELETE, Set.of(FIRST), Knowledge.NONE.with(FIRST));
    refused(showing(FIRST), "no ghosts");
  }

  @Test
  void check_moveThatTheDeletionHadNotSeen_mayBringTheFileBack() {
    write(FIRST, 1, Set.of());
    ledger.note(SECOND, FILE, Ledger.Kind.DELETE, Set.of(FIRST), Knowledge.NONE.with(FIRST));
    Dot move = new Dot(new Origin(3), 1);
    ledger.note(move, FILE, Ledger.Kind.PLACE, Set.of(), Knowledge.NONE);
    assertThatCode(showing(FIRST)).doesNotThrowAnyException();
  }

  @Test
  void check_contentThatNobodyWrote_isFabricated() {
    write(FIRST, 1, Set.of());
    refused(showing(FIRST, SECOND), "no fabrication");
  }

  @Test
  void noteBytes_otherBytesUnderOneDot_isRefused() {
    write(FIRST, 1, Set.of());
    refused(() -> write(FIRST, 2, Set.of()), "dots are unique");
  }

  @Test
  void check_changeLostInACrashThatOthersKnow_wasToldTooSoon() {
    write(FIRST, 1, Set.of());
    ledger.lost(FIRST);
    refused(showing(FIRST), "on disk before told");
  }

  @Test
  void check_changeOnlyOnALostDisk_mayBeGone() {
    write(FIRST, 1, Set.of());
    ledger.weigh(List.of(Knowledge.NONE));
    assertThatCode(showing()).doesNotThrowAnyException();
  }
}
