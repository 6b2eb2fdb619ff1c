// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What comes of an inode that one side has let go: it purged its tombstone, or took over that
 * another did, and then meets one who still has something of it.
 *
 * <p>A replica that purged remembers nothing of what was there, so it cannot come to the very
 * registers of one that has the tombstone yet, and both would know the same. So whatever outlives a
 * purge is taken as a change made here, which all others hear of: its attributes are written anew,
 * and what was put into a directory that is gone moves to the root.
 */
final class LetGo {

  private LetGo() {}

  /**
   * The merged state of an inode that only one side has.
   *
   * @param had its state on that side
   * @param othersKnow what the side without it knows
   * @param merged what the merge left of it
   */
  static @Nullable Inode merged(
      Transaction tx, Inode had, Knowledge othersKnow, @Nullable Inode merged) {
    if (merged == null || had.isRoot()) {
      return merged;
    }
    boolean defeated =
        !othersKnow.isEmpty() && merged.isAlive() && merged.place() instanceof Place.Deleted;
    if (!defeated && had.dots().stream().noneMatch(othersKnow::covers)) {
      return merged;
    }
    Place place = merged.place();
    if (!merged.isAlive() && had.isAlive() && place != null) {
      // What the side that has it takes for unseen, the forgotten deletion had seen.
      Set<Dot> seen = ChangeSteps.seen(had);
      had.contents().forEach(content -> seen.add(content.dot()));
      Dot change = tx.nextDot();
      Place gone = new Place.Deleted(change, place.clock(), place.links(), seen);
      return merged.withPlaces(List.of(gone));
    }
    if (!merged.isAlive()) {
      merged.dots().forEach(dot -> tx.state.horizon = tx.state.horizon.with(dot));
      return null;
    }
    if (place == null) {
      return merged;
    }
    Dot dot = tx.nextDot();
    Inode now = merged;
    if (defeated || (!merged.isDirectory() && othersKnow.covers(place.dot()))) {
      // Deleted it stays; what the deletion had not seen shows, until that is deleted too.
      Set<Dot> seen = ChangeSteps.seen(had);
      now = now.withPlaces(List.of(new Place.Deleted(dot, place.clock(), place.links(), seen)));
    } else if (othersKnow.covers(place.dot())) {
      now = now.withPlaces(moved(merged, place, dot, place.links(), ChangeSteps.seen(had)));
    } else if (merged.type() == FileType.REGULAR && known(had.contents(), othersKnow)) {
      now = now.withPlaces(remembered(merged, place, dot, ChangeSteps.seen(had)));
    }
    Attrs attrs = merged.shownAttrs();
    return attrs == null ? now : now.withAttrs(List.of(attrs.stamped(dot, attrs.clock())));
  }

  /**
   * What is new here, from one who does not know all that was purged here. A conflict copy has one
   * id on every node, so this may be a file made of one that was purged here as another file, and
   * who has both keeps the attributes of both: so these are written anew.
   */
  static @Nullable Inode perhapsAgain(Transaction tx, @Nullable Inode fresh) {
    Attrs attrs = fresh == null ? null : fresh.shownAttrs();
    return fresh == null || attrs == null || fresh.isDirectory() || !fresh.isAlive()
        ? fresh
        : fresh.withAttrs(List.of(attrs.stamped(tx.nextDot(), attrs.clock())));
  }

  /**
   * The merged state of an inode that both sides have: where each side lacks a content of the other
   * and knows of it, one of the two had come back from a purge.
   */
  static @Nullable Inode merged(
      Transaction tx,
      Inode left,
      Knowledge knowsLeft,
      Inode right,
      Knowledge knowsRight,
      @Nullable Inode merged) {
    if (merged == null || merged.isRoot() || merged.contents().isEmpty()) {
      return merged;
    }
    boolean apart =
        Collections.disjoint(left.contents(), right.contents())
            && known(left.contents(), knowsRight)
            && known(right.contents(), knowsLeft);
    Attrs attrs = merged.shownAttrs();
    if (!apart || attrs == null) {
      return merged;
    }
    Dot dot = tx.nextDot();
    return merged
        .withPlaces(broughtBack(left, right, merged, dot))
        .withAttrs(List.of(attrs.stamped(dot, attrs.clock())));
  }

  /**
   * The places; if one side had deleted the file with all that it held, and a move made apart keeps
   * it, with a deletion that had seen all. For whatever content is left, that side knows it too and
   * has let go of it, so its bytes may be nowhere ({@link Comeback}).
   */
  private static List<Place> broughtBack(Inode left, Inode right, Inode merged, Dot dot) {
    boolean deleted = ChangeSteps.isDeletedWithAll(left) || ChangeSteps.isDeletedWithAll(right);
    Place place = merged.place();
    if (!deleted || merged.type() != FileType.REGULAR || !(place instanceof Place.Live)) {
      return merged.places();
    }
    Set<Dot> seen = ChangeSteps.seen(left);
    seen.addAll(ChangeSteps.seen(right));
    return remembered(merged, place, dot, seen);
  }

  /**
   * The places with the deletion that was forgotten, which had seen all contents: so whoever moved
   * the file knows that he may be the only one with anything of it ({@link Comeback}).
   */
  private static List<Place> remembered(Inode merged, Place place, Dot dot, Set<Dot> seen) {
    List<Place> places = new ArrayList<>(merged.places());
    merged.contents().forEach(content -> seen.add(content.dot()));
    places.add(new Place.Deleted(dot, place.clock(), place.links(), seen));
    return places;
  }

  private static boolean known(List<Content> values, Knowledge knowledge) {
    return values.stream().allMatch(value -> knowledge.covers(value.dot()));
  }

  /**
   * The same place by another change, with its old clock: any move made apart that is later wins.
   * What any deletion had seen stays gone.
   */
  private static List<Place> moved(
      Inode inode, Place place, Dot dot, List<Link> links, Set<Dot> seen) {
    return switch (place) {
      case Place.Live live -> {
        List<Place> places = new ArrayList<>(inode.places());
        places.removeIf(old -> old instanceof Place.Live);
        places.add(new Place.Live(dot, live.clock(), links, live.previous()));
        yield places;
      }
      case Place.Deleted gone -> List.of(new Place.Deleted(dot, gone.clock(), links, seen));
    };
  }

  /** Marks what the changes reach, among it whatever they left without a directory. */
  static void mark(Transaction tx) {
    Marking.mark(tx);
    // Whose directory may only not have come yet is no orphan.
    if (!tx.isInstalling() && adoptOrphans(tx)) {
      Marking.mark(tx);
    }
  }

  /**
   * Moves what is in directories that do not exist to the root, where it shows anyway; returns
   * whether there was anything.
   */
  private static boolean adoptOrphans(Transaction tx) {
    boolean any = false;
    for (FileId missing : new TreeSet<>(tx.state.missing)) {
      for (FileId id : new TreeSet<>(tx.reads.claimsIn(missing))) {
        Inode inode = tx.inode(id);
        if (inode != null) {
          toRoot(tx, inode);
          any = true;
        }
      }
      tx.setMissing(missing, false);
    }
    return any;
  }

  private static void toRoot(Transaction tx, Inode inode) {
    Place place = inode.place();
    Set<FileId> missing = tx.state.missing;
    if (place == null) {
      return;
    }
    List<Link> links = new ArrayList<>();
    for (Link link : tx.claimed(inode, tx.state.undone)) {
      links.add(missing.contains(link.parent()) ? new Link(FileId.ROOT, link.name()) : link);
    }
    List<Place> moved = moved(inode, place, tx.nextDot(), links, ChangeSteps.seen(inode));
    tx.putInode(inode.id(), inode, inode.withPlaces(moved));
  }
}
