// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ResolverTest {

  private static final Timestamp TIME = new Timestamp(1_700_000_000, 0);
  private static final long SECOND = 1_000_000L << 10;

  private static Dot dot(long origin, long seq) {
    return new Dot(new Origin(origin), seq);
  }

  private static Content.Regular content(Dot dot, long clock, int size) {
    return new Content.Regular(
        dot,
        clock,
        TIME,
        size,
        RangeMap.EMPTY.changed(size, List.of(), List.of(ByteRange.between(0, size)), dot),
        null);
  }

  private static Inode file(long id, EntryName name, Dot place, long clock, Content... contents) {
    return new Inode(
        new FileId(id, id),
        FileType.REGULAR,
        TIME,
        List.of(new Place.Live(place, clock, List.of(new Link(FileId.ROOT, name)), List.of())),
        List.of(),
        List.of(contents));
  }

  @Test
  void names_placeAndContentOfOneChangeWhoseNameIsTaken_differ() {
    EntryName name = EntryName.of("a");
    Dot made = dot(2, 1);
    Inode first = file(1, name, dot(1, 1), SECOND, content(dot(1, 1), SECOND, 1));
    // Made by one change, and written apart by another: its first content is a sibling.
    Inode second =
        file(
            2,
            name,
            made,
            2 * SECOND,
            content(dot(3, 1), 3 * SECOND, 3),
            content(made, 2 * SECOND, 2));
    EntryName copy = ConflictNames.of(name, false, "n", content(made, 2 * SECOND, 2));
    Inode taken = file(3, copy, dot(1, 2), 4 * SECOND, content(dot(1, 2), 4 * SECOND, 4));
    var names = Map.of(new Origin(1), "n", new Origin(2), "n", new Origin(3), "n");
    var view = new TreeView(List.of(Inode.root(), first, second, taken), names);
    var root = Objects.requireNonNull(view.directories().get(FileId.ROOT));
    assertThat(root).hasSize(4);
    assertThat(Objects.requireNonNull(root.get(copy)).source()).isEqualTo(taken.id());
  }
}
