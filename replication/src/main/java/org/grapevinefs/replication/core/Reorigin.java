// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The end of an origin that others know more of than this replica: its index was restored or
 * copied. What was changed here since it was opened was numbered a second time; it gets new numbers
 * under a new origin, so that nothing of it is lost and no two changes share a number.
 */
final class Reorigin {

  private final Context context;

  Reorigin(Context context) {
    this.context = context;
  }

  /** Takes a new origin and moves the changes after {@code sure} to it. */
  void run(long sure) {
    Transaction tx = context.begin();
    Origin old = tx.state.origin;
    long last = tx.state.knowledge.get(old);
    context.takeOrigin(tx.state);
    Set<FileId> ids = new LinkedHashSet<>();
    byte[] prefix = Keys.number(old.value());
    try (ReplicaStore.Cursor cursor =
        context.store.reader().scan(Table.LOG, prefix, Keys.log(old, sure + 1))) {
      while (cursor.next()) {
        ids.add(FileId.of(cursor.value()));
      }
    }
    Renumber renumber = new Renumber(old, sure, tx.state.origin);
    for (FileId id : ids) {
      Inode before = tx.inode(id);
      if (before != null) {
        renumber(tx, before, renumber);
      }
    }
    tx.state.knowledge = tx.state.knowledge.lowered(old, Math.min(sure, last));
    if (last > sure) {
      tx.state.knowledge = tx.state.knowledge.with(new Dot(tx.state.origin, last - sure));
    }
    // Of two changes with equal clocks the dots decide, so others' names may change too.
    LetGo.mark(tx);
    context.commit(tx, true);
  }

  /**
   * Marks files as dirty whose newest version may have come to disk without its bytes: the index
   * goes to disk as a whole, for whichever file that was asked for.
   */
  static void markUnsure(Transaction tx) {
    if (tx.state.bytesOnDisk < 0) {
      return;
    }
    Origin old = tx.state.origin;
    byte[] prefix = Keys.number(old.value());
    byte[] from = Keys.log(old, tx.state.bytesOnDisk + 1);
    Set<FileId> unsure = new LinkedHashSet<>();
    try (ReplicaStore.Cursor cursor = tx.reads.raw().scan(Table.LOG, prefix, from)) {
      while (cursor.next()) {
        unsure.add(FileId.of(cursor.value()));
      }
    }
    for (FileId id : unsure) {
      Content.Regular held = tx.reads.held(id);
      Dot dot = held == null ? null : held.dot();
      if (dot != null && dot.origin().equals(old) && dot.seq() > tx.state.bytesOnDisk) {
        tx.mark(Table.DIRTY, id, true);
      }
    }
  }

  private static void renumber(Transaction tx, Inode before, Renumber renumber) {
    List<FileId> shown = new ArrayList<>(List.of(before.id()));
    shown.addAll(tx.reads.siblings(before.id()));
    tx.putInode(before.id(), before, renumber.inode(before));
    for (FileId id : shown) {
      Content.Regular held = tx.reads.held(id);
      if (held != null) {
        tx.putHeld(id, renumber.regular(held));
      }
    }
    for (Entry entry : tx.reads.placed(before.id())) {
      Dot content = entry.content();
      if (content != null && entry.source().equals(before.id())) {
        tx.replaceEntry(entry, entry.withContent(renumber.dot(content)));
      }
    }
    tx.mark(Table.UNSETTLED, before.id(), !before.isRoot());
  }

  /** Old numbers to new ones. */
  private record Renumber(Origin old, long sure, Origin fresh) {

    Dot dot(Dot dot) {
      return dot.origin().equals(old) && dot.seq() > sure ? new Dot(fresh, dot.seq() - sure) : dot;
    }

    Inode inode(Inode inode) {
      List<Place> places = inode.places().stream().map(this::place).toList();
      List<Attrs> attrs =
          inode.attrs().stream()
              .map(value -> value.stamped(dot(value.dot()), value.clock()))
              .toList();
      List<Content> contents = inode.contents().stream().map(this::content).toList();
      return inode.withPlaces(places).withAttrs(attrs).withContents(contents);
    }

    private Place place(Place place) {
      return switch (place) {
        case Place.Live live ->
            new Place.Live(dot(live.dot()), live.clock(), live.links(), live.previous());
        case Place.Deleted gone -> {
          Set<Dot> seen = new TreeSet<>();
          gone.seen().forEach(one -> seen.add(dot(one)));
          yield new Place.Deleted(dot(gone.dot()), gone.clock(), gone.links(), seen);
        }
      };
    }

    private Content content(Content content) {
      return content instanceof Content.Regular regular
          ? regular(regular)
          : content.stamped(dot(content.dot()), content.clock());
    }

    Content.Regular regular(Content.Regular old) {
      List<RangeMap.Range> ranges = new ArrayList<>();
      for (RangeMap.Range range : old.ranges().ranges()) {
        @Nullable Dot by = range.dot();
        ranges.add(new RangeMap.Range(range.offset(), range.length(), by == null ? null : dot(by)));
      }
      return new Content.Regular(
          dot(old.dot()),
          old.clock(),
          old.modified(),
          old.size(),
          RangeMap.of(ranges),
          old.hash(),
          old.lineage().without(this.old, sure));
    }
  }
}
