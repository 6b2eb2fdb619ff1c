// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Directories that show as one only because those that they are in came to show as one. */
class MergedBelowTest extends ThreeReplicas {

  private static EntryName name(String text) {
    return EntryName.of(text);
  }

  @Test
  void rename_ofOneOfTwoThatShowAsOneBelowTwoThatDo_givesTheOtherItsNamesBack() {
    FileId mine = make(left, FileId.ROOT, "a", new NewContent.Directory());
    FileId below = make(left, mine, "x", new NewContent.Directory());
    skew.put("right", Duration.ofSeconds(10));
    FileId theirs = make(right, FileId.ROOT, "b", new NewContent.Directory());
    FileId theirBelow = make(right, theirs, "x", new NewContent.Directory());
    make(right, theirBelow, "f", new NewContent.Symlink(Bytes.of(new byte[] {1})));
    skew.put("left", Duration.ofSeconds(20));
    FileId file = make(left, below, "f", new NewContent.Directory());
    pull(left, right);
    right.rename(FileId.ROOT, name("b"), FileId.ROOT, name("a"), 0);
    pull(left, right);
    assertThat(left.counts().conflicts()).isEqualTo(1);

    right.rename(theirs, name("x"), FileId.ROOT, name("y"), 0);
    pull(left, right);

    assertThat(left.counts().conflicts()).isZero();
    assertThat(Objects.requireNonNull(left.lookup(below, name("f"))).shown()).isEqualTo(file);
  }
}
