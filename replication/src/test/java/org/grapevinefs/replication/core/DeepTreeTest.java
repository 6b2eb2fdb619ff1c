// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Trees deeper than the stack of a thread that is given little of it. */
class DeepTreeTest extends ThreeReplicas {

  private static final EntryName NAME = EntryName.of("d");
  private static final int DEPTH = 3_000;
  private static final long SMALL_STACK = 256 << 10;

  /** The ids of directories in one another, from the root down, in ascending order. */
  private static List<FileId> chain(Replica replica) {
    List<FileId> way = new ArrayList<>(List.of(FileId.ROOT));
    for (int i = 1; i <= DEPTH; i++) {
      FileId id = new FileId(1, i);
      replica.create(id, way.getLast(), NAME, new NewContent.Directory(), OWNED, 0);
      way.add(id);
    }
    return way;
  }

  private static void onSmallStack(Runnable test) throws Exception {
    FutureTask<Void> task = new FutureTask<>(test, null);
    new Thread(null, task, "small stack", SMALL_STACK).start();
    task.get(2, TimeUnit.MINUTES);
  }

  @Test
  void merge_twoDirectoriesOfOneNameWithADeepTreeInOne_showAsOne() throws Exception {
    make(right, FileId.ROOT, NAME.toString(), new NewContent.Directory());
    FileId deepest = chain(left).getLast();
    onSmallStack(() -> {
      take(right, left);
      assertThat(right.plan(deepest).want()).hasSize(1);
      take(left, right);
    });
    assertThat(left.stateDigest()).isEqualTo(right.stateDigest());
  }

  @Test
  void merge_aDeepTreeDeletedWhereAFileWasMadeInIt_keepsTheWayToTheFile() throws Exception {
    List<FileId> way = chain(left);
    pull(right, left);
    make(right, way.getLast(), "kept", NewContent.empty());
    for (int i = DEPTH - 1; i >= 0; i--) {
      left.rmdir(way.get(i), NAME, 0);
    }
    onSmallStack(() -> {
      take(right, left);
      assertThat(right.plan(way.get(1)).want()).hasSize(1);
      take(left, right);
      assertThat(left.plan(way.get(1)).want()).hasSize(1);
      right.unlink(way.getLast(), EntryName.of("kept"), 0);
    });
    assertThat(Objects.requireNonNull(right.inode(way.get(1))).isAlive()).isFalse();
    assertThat(right.plan(way.get(1)).want()).isEmpty();
  }
}
