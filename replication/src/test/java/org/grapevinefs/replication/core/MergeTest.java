// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The laws of merging, on states that random histories of one inode reach. */
class MergeTest {

  private static final FileId ID = new FileId(4, 4);

  /** One side: what it knows and holds of the inode. */
  private record Side(Knowledge knows, @Nullable Inode inode) {}

  private final Random random = new Random(11);
  private final long[] seqs = new long[3];

  @Test
  void merge_randomHistories_isCommutativeAssociativeIdempotent() {
    for (int round = 0; round < 3_000; round++) {
      java.util.Arrays.fill(seqs, 0);
      List<Side> sides = new ArrayList<>();
      Side start = write(new Side(Knowledge.NONE, null), 0);
      for (int i = 0; i < 3; i++) {
        sides.add(start);
      }
      for (int step = 0; step < 10; step++) {
        int at = random.nextInt(3);
        Side side = sides.get(at);
        sides.set(
            at, random.nextBoolean() ? write(side, at) : join(side, sides.get(random.nextInt(3))));
      }
      Side a = sides.get(0);
      Side b = sides.get(1);
      Side c = sides.get(2);
      assertThat(join(a, b)).isEqualTo(join(b, a));
      assertThat(join(join(a, b), c)).isEqualTo(join(a, join(b, c)));
      assertThat(join(a, a)).isEqualTo(a);
      assertThat(join(join(a, b), b)).isEqualTo(join(a, b));
    }
  }

  private static Side join(Side left, Side right) {
    Inode merged = Merge.merge(left.inode, left.knows, right.inode, right.knows);
    return new Side(left.knows.join(right.knows), merged);
  }

  private Side write(Side side, int origin) {
    Dot dot = new Dot(new Origin(origin + 1), ++seqs[origin]);
    long clock = random.nextInt(1000);
    Inode old = side.inode;
    Place place =
        new Place.Live(
            dot,
            clock,
            List.of(new Link(FileId.ROOT, EntryName.of("n" + random.nextInt(3)))),
            List.of());
    Attrs attrs = new Attrs(dot, clock, 0644, 0, 0, new Timestamp(0, 0), null, new TreeMap<>());
    Content content = new Content.Regular(dot, clock, new Timestamp(0, 0), 0, RangeMap.EMPTY, null);
    Inode now;
    if (old == null) {
      now =
          new Inode(
              ID,
              FileType.REGULAR,
              new Timestamp(0, 0),
              List.of(place),
              List.of(attrs),
              List.of(content));
    } else {
      now =
          switch (random.nextInt(3)) {
            case 0 -> old.withPlaces(List.of(place));
            case 1 -> old.withAttrs(List.of(attrs));
            default -> old.withContents(List.of(content));
          };
    }
    return new Side(side.knows.with(dot), now);
  }
}
