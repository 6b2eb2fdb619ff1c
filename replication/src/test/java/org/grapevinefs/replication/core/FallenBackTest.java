// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Directories moved into one another apart, of which one fell back, and what is purged then. */
class FallenBackTest extends ThreeReplicas {

  private static final EntryName D = EntryName.of("d");
  private static final EntryName E = EntryName.of("e");
  private static final EntryName X = EntryName.of("x");

  /** Moves d and e into each other apart; d, whose move is the later, stays where it was. */
  private void crossMoves(FileId d, FileId e) {
    left.rename(FileId.ROOT, E, d, E, 0);
    skew.put("right", Duration.ofMinutes(1));
    right.rename(FileId.ROOT, D, e, D, 0);
    level();
    assertThat(left.lookup(FileId.ROOT, D)).isNotNull();
    assertThat(left.lookup(d, E)).isNotNull();
  }

  private int purgeAll() {
    int purged = 0;
    for (Replica replica : List.of(left, right, third)) {
      purged += replica.purge(List.of(), NOW.plus(Duration.ofDays(500)));
      new FakeDisk(replica).settleAll();
    }
    return purged;
  }

  @Test
  void purge_deletedDirectoryThatMadeAnotherFallBack_movesNothing() {
    FileId d = make(left, FileId.ROOT, "d", new NewContent.Directory());
    FileId e = make(left, FileId.ROOT, "e", new NewContent.Directory());
    make(left, d, "a", NewContent.empty());
    level();
    crossMoves(d, e);
    left.rmdir(d, E, 0);
    level();
    var paths = new TreeView(left.inodes(), left.originNames()).paths();
    assertThat(paths.keySet()).containsExactly("/d", "/d/a");
    assertThat(purgeAll()).isZero();
    level();
    assertThat(new TreeView(left.inodes(), left.originNames()).paths()).isEqualTo(paths);
    third.rename(FileId.ROOT, D, FileId.ROOT, X, 0);
    level();
    assertThat(purgeAll()).as("now nothing hangs on it").isEqualTo(3);
    level();
    assertThat(left.lookup(d, NAME)).isNotNull();
    assertThat(Objects.requireNonNull(left.lookup(FileId.ROOT, X)).shown()).isEqualTo(d);
  }

  @Test
  void commit_moveThatFallsBackIntoAPurgedDirectory_isInTheRootEverywhere() {
    FileId x = make(left, FileId.ROOT, "x", new NewContent.Directory());
    FileId d = make(left, x, "d", new NewContent.Directory());
    make(left, FileId.ROOT, "e", new NewContent.Directory());
    make(left, d, "a", NewContent.empty());
    level();
    skew.put("left", Duration.ofDays(366));
    FileId e = Objects.requireNonNull(left.lookup(FileId.ROOT, E)).shown();
    left.rename(x, D, e, D, 0);
    left.rmdir(FileId.ROOT, X, 0);
    third.rename(FileId.ROOT, E, d, E, 0);
    pull(right, left);
    assertThat(left.purge(List.of(), NOW.plus(Duration.ofDays(500)))).isEqualTo(1);
    take(right, third);
    take(left, third);
    assertThat(left.inode(x)).isNull();
    level();
    assertThat(Objects.requireNonNull(right.lookup(FileId.ROOT, D)).shown()).isEqualTo(d);
    assertThat(right.lookup(d, E)).isNotNull();
    assertThat(right.lookup(d, NAME)).isNotNull();
  }
}
