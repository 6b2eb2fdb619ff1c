// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files deleted by the only one who held what is in them, and moved by another. */
class ComebackTest extends ThreeReplicas {

  private static final EntryName MOVED = EntryName.of("b");

  private FileId file = FileId.ROOT;

  /** All hold three bytes; the left has eight, which nobody else ever gets. */
  @BeforeEach
  void writeAlone() {
    file = make(left, FileId.ROOT, "a", NewContent.empty());
    write(left, file, 0, 3);
    level();
    write(left, file, 3, 8);
  }

  private static long size(Replica replica, FileId file) {
    Inode inode = Objects.requireNonNull(replica.inode(file));
    return inode.winner() instanceof Content.Regular regular ? regular.size() : -1;
  }

  private static void waitsForNothing(Replica replica) {
    assertThat(replica.pendingContents(null, 10)).isEmpty();
  }

  @Test
  void commit_moveApartFromADeletion_bringsTheFileBackAsTheMoverHadIt() {
    left.unlink(FileId.ROOT, NAME, 0);
    right.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    take(right, left);
    waitsForNothing(right);
    assertThat(size(right, file)).isEqualTo(3);
    take(third, right);
    waitsForNothing(third);
    level();
    assertThat(left.lookup(FileId.ROOT, MOVED)).isNotNull();
    assertThat(size(left, file)).isEqualTo(3);
  }

  @Test
  void rename_ofAFileWhoseDeletionIsKnownAndNotYetOnDisk_bringsItBackAsItIsHere() {
    left.unlink(FileId.ROOT, NAME, 0);
    take(right, left);
    right.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    waitsForNothing(right);
    assertThat(size(right, file)).isEqualTo(3);
    level();
    assertThat(left.lookup(FileId.ROOT, MOVED)).isNotNull();
  }

  @Test
  void commit_moveOfWhatADeletionHadNotSeen_keepsTheNewerContent() {
    pull(third, left);
    left.unlink(FileId.ROOT, NAME, 0);
    third.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    level();
    assertThat(size(right, file)).isEqualTo(8);
  }

  @Test
  void rename_ofAFileThatAnotherBroughtBack_bringsItBackAsItIsHere() {
    left.unlink(FileId.ROOT, NAME, 0);
    right.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    take(third, left);
    take(third, right);
    third.rename(FileId.ROOT, NAME, FileId.ROOT, EntryName.of("c"), 0);
    waitsForNothing(third);
    assertThat(size(third, file)).isEqualTo(3);
    level();
    assertThat(left.lookup(FileId.ROOT, EntryName.of("c"))).isNotNull();
  }

  @Test
  void version_ofAFileBroughtBackAsItIsHere_leavesNoContentThatCountedOnTheOldBytes() {
    left.version(file, 2, TIME, List.of(), List.of(), null, true, 0);
    left.unlink(FileId.ROOT, NAME, 0);
    take(right, left);
    right.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    // What left had could be made of what is held, but this write comes before that.
    write(right, file, 0, 4);
    waitsForNothing(right);
    level();
    assertThat(size(left, file)).isEqualTo(4);
    assertThat(left.conflicts(10)).isEmpty();
  }

  @Test
  void commit_contentsDeletedApartAndPurged_isWhatTheOneWhoMovedItHas() {
    left.unlink(FileId.ROOT, NAME, 0);
    third.unlink(FileId.ROOT, NAME, 0);
    pull(third, left);
    assertThat(third.purge(List.of(), NOW.plus(Duration.ofDays(500)))).isEqualTo(1);
    right.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    take(right, third);
    take(left, right);
    level();
    assertThat(size(left, file)).isEqualTo(3);
  }

  @Test
  void commit_fileOfADirectoryThatIsPurged_doesNotGetADeletedContentBack() {
    FileId directory = make(right, FileId.ROOT, "d", new NewContent.Directory());
    pull(third, right);
    third.rmdir(FileId.ROOT, EntryName.of("d"), 0);
    assertThat(third.purge(List.of(), NOW.plus(Duration.ofDays(500)))).isEqualTo(1);
    right.rename(FileId.ROOT, NAME, directory, NAME, 0);
    write(right, file, 3, 5);
    left.unlink(FileId.ROOT, NAME, 0);
    take(right, left);
    take(right, third);
    waitsForNothing(right);
    level();
    assertThat(Objects.requireNonNull(left.lookup(FileId.ROOT, NAME)).shown()).isEqualTo(file);
    assertThat(size(left, file)).isEqualTo(5);
    assertThat(left.conflicts(10)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void commit_moveOfAFileWhoseDeletionIsForgotten_bringsItBackAsTheMoverHadIt(boolean moverFirst) {
    take(right, left);
    right.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    left.unlink(FileId.ROOT, NAME, 0);
    assertThat(left.purge(List.of(), NOW.plus(Duration.ofDays(500)))).isEqualTo(1);
    take(moverFirst ? right : left, moverFirst ? left : right);
    level();
    assertThat(size(left, file)).isEqualTo(3);
    assertThat(left.lookup(FileId.ROOT, MOVED)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void commit_contentWhoseHolderForgotItsDeletion_isNotWaitedForAfterAMove(boolean deletionKnown) {
    if (!deletionKnown) {
      take(third, left);
    }
    left.unlink(FileId.ROOT, NAME, 0);
    if (deletionKnown) {
      take(third, left);
    }
    right.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    take(third, right);
    assertThat(left.purge(List.of(), NOW.plus(Duration.ofDays(500)))).isEqualTo(1);
    take(left, right);
    take(third, left);
    take(right, third);
    waitsForNothing(right);
    assertThat(size(right, file)).isEqualTo(3);
    level();
    assertThat(size(left, file)).isEqualTo(3);
    assertThat(left.lookup(FileId.ROOT, MOVED)).isNotNull();
  }

  @Test
  void rename_ofAFileOfWhichAPurgedDeletionLeftNoContent_bringsItBackAsItIsHere() {
    pull(right, left);
    write(right, file, 0, 5);
    pull(third, right);
    left.unlink(FileId.ROOT, NAME, 0);
    pull(right, left);
    third.unlink(FileId.ROOT, NAME, 0);
    assertThat(third.purge(List.of(), NOW.plus(Duration.ofDays(500)))).isEqualTo(1);
    take(right, third);
    assertThat(Objects.requireNonNull(right.inode(file)).contents()).isEmpty();
    right.rename(FileId.ROOT, NAME, FileId.ROOT, MOVED, 0);
    assertThat(size(right, file)).isEqualTo(5);
    level();
    assertThat(size(left, file)).isEqualTo(5);
  }

  @Test
  void commit_fileThatLivesByAContentWhoseDeletionWasPurged_isGoneForAll() {
    Inode alive = Objects.requireNonNull(left.inode(file));
    left.unlink(FileId.ROOT, NAME, 0);
    assertThat(left.purge(List.of(), NOW.plus(Duration.ofDays(500)))).isEqualTo(1);
    Dot change = new Dot(new Origin(7), 1);
    Place place = Objects.requireNonNull(alive.place());
    Place gone = new Place.Deleted(change, place.clock(), place.links(), Set.of());
    Knowledge theirs = left.knowledge().with(change);
    takeIn(left, alive.withPlaces(List.of(gone)), change);
    assertThat(Objects.requireNonNull(left.inode(file)).isAlive()).isFalse();
    // Whoever takes it for alive hears of a change that it does not know yet.
    assertThat(theirs.includes(left.knowledge())).isFalse();
  }
}
