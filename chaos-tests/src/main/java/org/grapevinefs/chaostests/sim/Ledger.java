// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.jspecify.annotations.Nullable;

/**
 * All that was ever done, seen from above: which bytes each change wrote and what it had seen. From
 * it follows what may and what must be there in the end.
 */
final class Ledger {

  /** How sure it is that a change still counts. */
  enum Fate {
    /** Some replica knows it. */
    SURE,
    /** Known only to a disk that was restored, wiped or lost; or to a message still under way. */
    MAYBE,
    /** Lost in a crash before it was on disk, and so never told to anyone. */
    LOST
  }

  /** A change to where a file is or what it holds. */
  static final class Deed {
    final Dot dot;
    final FileId source;
    final Kind kind;
    final Set<Dot> replaced;
    final Knowledge seen;
    Fate fate = Fate.SURE;

    Deed(Dot dot, FileId source, Kind kind, Set<Dot> replaced, Knowledge seen) {
      this.dot = dot;
      this.source = source;
      this.kind = kind;
      this.replaced = replaced;
      this.seen = seen;
    }
  }

  /** What a change was. */
  enum Kind {
    WRITE,
    PLACE,
    DELETE,
    /** One of several contents thrown away or made a file of its own. */
    DROP
  }

  private final Map<Dot, List<Deed>> deeds = new LinkedHashMap<>();
  private final Map<FileId, List<Deed>> byFile = new HashMap<>();
  private final Map<Dot, int[]> bytes = new HashMap<>();

  /**
   * Notes a change.
   *
   * @param replaced contents that it took the place of, or that it deleted
   * @param seen what its node knew before it
   */
  void note(Dot dot, FileId source, Kind kind, Set<Dot> replaced, Knowledge seen) {
    Deed deed = new Deed(dot, source, kind, Set.copyOf(replaced), seen);
    deeds.computeIfAbsent(dot, d -> new ArrayList<>()).add(deed);
    byFile.computeIfAbsent(source, s -> new ArrayList<>()).add(deed);
  }

  /** Notes the bytes of a content. No two contents may ever have one name. */
  void noteBytes(Dot dot, int[] cells) {
    int[] before = bytes.put(dot, cells.clone());
    if (before != null && !Arrays.equals(before, cells)) {
      throw new Violation("dots are unique", dot + " names two contents");
    }
  }

  /** The bytes that a change wrote. */
  int[] bytes(Dot dot) {
    int[] cells = bytes.get(dot);
    if (cells == null) {
      throw new Violation("no fabrication", "a content that nobody wrote: " + dot);
    }
    return cells;
  }

  /** Whether a content is one that somebody wrote. */
  boolean isWritten(Dot dot) {
    return bytes.containsKey(dot);
  }

  /** Changes that a crash took away before they were told. */
  void lost(Dot dot) {
    deeds.getOrDefault(dot, List.of()).forEach(deed -> deed.fate = Fate.LOST);
  }

  /** After a fault: what no replica knows any more may yet come back from a message, or not. */
  void weigh(List<Knowledge> all) {
    for (List<Deed> list : deeds.values()) {
      for (Deed deed : list) {
        if (deed.fate == Fate.SURE && all.stream().noneMatch(k -> k.covers(deed.dot))) {
          deed.fate = Fate.MAYBE;
        }
      }
    }
  }

  /** Checks what shows at the end: {@code shown} holds, by inode, every content that has a name. */
  void check(Map<FileId, Set<Dot>> shown, Knowledge known) {
    for (List<Deed> list : deeds.values()) {
      for (Deed deed : list) {
        if (deed.fate == Fate.LOST && known.covers(deed.dot)) {
          throw new Violation("on disk before told", deed.dot + " was told and then lost");
        }
        if (deed.kind == Kind.WRITE) {
          checkWrite(deed, shown.getOrDefault(deed.source, Set.of()));
        }
      }
    }
    shown.forEach((source, dots) -> dots.forEach(dot -> bytes(dot)));
  }

  private void checkWrite(Deed write, Set<Dot> shown) {
    boolean shows = shown.contains(write.dot);
    boolean there =
        shows
            || shown.stream().anyMatch(dot -> Arrays.equals(bytes.get(dot), bytes.get(write.dot)));
    Deed by = replacer(write, true);
    if (!there && write.fate == Fate.SURE && replacer(write, false) == null) {
      throw new Violation(
          "nothing lost", "content " + write.dot + " of " + write.source + " is gone");
    }
    if (shows && by != null && !hasDefeatedDelete(write.source)) {
      throw new Violation(
          "no ghosts",
          "content " + write.dot + " shows, but " + by.kind + " " + by.dot + " had seen it");
    }
  }

  /** A change that took a content away; {@code sure} leaves out those that may not count. */
  private @Nullable Deed replacer(Deed write, boolean sure) {
    for (Deed deed : byFile.getOrDefault(write.source, List.of())) {
      boolean counts = sure ? deed.fate == Fate.SURE : deed.fate != Fate.LOST;
      if (counts && deed.replaced.contains(write.dot)) {
        return deed;
      }
    }
    return null;
  }

  /** Whether a move or link that a deletion had not seen brought the file back, as it was. */
  private boolean hasDefeatedDelete(FileId source) {
    List<Deed> all = byFile.getOrDefault(source, List.of());
    return all.stream()
        .filter(deed -> deed.kind == Kind.DELETE)
        .anyMatch(delete ->
            all.stream()
                .anyMatch(other ->
                    other.kind == Kind.PLACE
                        && other.fate != Fate.LOST
                        && !delete.seen.covers(other.dot)));
  }
}
