// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How two states of an inode become one: commutative, associative and idempotent.
 *
 * <p>Of each register: keep a value that both hold; keep the left's values that the right's
 * knowledge does not cover; keep the right's that the left's knowledge does not cover; drop the
 * rest, since its absence on the other side is the news that it was superseded. This is the rule of
 * optimized OR-sets (Bieniusa and others, "An optimized conflict-free replicated set", 2012)
 * applied to multi-value registers.
 */
final class Merge {

  private Merge() {}

  /**
   * The merged state; null if nothing of the inode is left.
   *
   * @param left one side's state; null if it has none
   * @param knowsLeft what that side knows
   * @param right the other side's state; null if it has none
   * @param knowsRight what that side knows
   */
  static @Nullable Inode merge(
      @Nullable Inode left, Knowledge knowsLeft, @Nullable Inode right, Knowledge knowsRight) {
    Inode any = left != null ? left : right;
    if (any == null) {
      return null;
    }
    List<Place> leftPlaces = left == null ? List.of() : left.places();
    List<Place> rightPlaces = right == null ? List.of() : right.places();
    List<Attrs> leftAttrs = left == null ? List.of() : left.attrs();
    List<Attrs> rightAttrs = right == null ? List.of() : right.attrs();
    List<Content> leftContents = left == null ? List.of() : left.contents();
    List<Content> rightContents = right == null ? List.of() : right.contents();
    List<Place> places = register(leftPlaces, knowsLeft, rightPlaces, knowsRight);
    List<Attrs> attrs = register(leftAttrs, knowsLeft, rightAttrs, knowsRight);
    List<Content> contents = register(leftContents, knowsLeft, rightContents, knowsRight);
    if (places.isEmpty() && contents.isEmpty() && !any.isRoot()) {
      return null;
    }
    // A value that outlived a purge keeps the rest of its inode.
    if (places.isEmpty()) {
      places = bestPlace(any, leftPlaces, rightPlaces);
    }
    if (attrs.isEmpty()) {
      attrs = best(leftAttrs, rightAttrs);
    }
    // But a deletion brings no content back: the one that was purged had seen it.
    boolean live = any.isRoot() || places.stream().anyMatch(place -> place instanceof Place.Live);
    if (contents.isEmpty() && live) {
      contents = bestContent(left, right);
    }
    Inode merged = new Inode(any.id(), any.type(), any.created(), places, attrs, contents);
    return left == null || right == null
        ? merged
        : merged.withCreated(created(merged, left, right));
  }

  /**
   * What two sides have that know the same and hold other states, which must not be: all of both.
   * What is gone on the side that has nothing of it stays gone.
   */
  static @Nullable Inode union(@Nullable Inode left, Inode right) {
    if (left == null) {
      return right.isAlive() ? right : null;
    }
    Inode all =
        left.withPlaces(all(left.places(), right.places()))
            .withAttrs(all(left.attrs(), right.attrs()))
            .withContents(all(left.contents(), right.contents()));
    return all.withCreated(created(all, left, right));
  }

  private static <T extends Stamped> List<T> all(List<T> left, List<T> right) {
    return register(left, Knowledge.NONE, right, Knowledge.NONE);
  }

  /**
   * The birth: that of the place that shows. Two differ only if one side let the inode go and its
   * people went on with what was left on disk. Whoever writes a place writes it with the birth that
   * he knows, so the same place has the same birth everywhere.
   */
  private static Timestamp created(Inode merged, Inode left, Inode right) {
    Place place = merged.place();
    boolean ofLeft = place != null && dots(left.places()).contains(place.dot());
    boolean ofRight = place != null && dots(right.places()).contains(place.dot());
    if (ofLeft != ofRight) {
      return ofLeft ? left.created() : right.created();
    }
    boolean leftIsOlder = left.created().compareTo(right.created()) < 0;
    return leftIsOlder ? left.created() : right.created();
  }

  private static <T extends Stamped> List<T> register(
      List<T> left, Knowledge knowsLeft, List<T> right, Knowledge knowsRight) {
    Set<Dot> onRight = dots(right);
    Set<Dot> onLeft = dots(left);
    List<T> kept = new ArrayList<>();
    for (T value : left) {
      if (onRight.contains(value.dot()) || !knowsRight.covers(value.dot())) {
        kept.add(value);
      }
    }
    for (T value : right) {
      if (!onLeft.contains(value.dot()) && !knowsLeft.covers(value.dot())) {
        kept.add(value);
      }
    }
    return kept;
  }

  private static Set<Dot> dots(List<? extends Stamped> values) {
    Set<Dot> dots = new HashSet<>();
    values.forEach(value -> dots.add(value.dot()));
    return dots;
  }

  private static <T extends Stamped> List<T> best(List<T> left, List<T> right) {
    List<T> all = new ArrayList<>(left);
    all.addAll(right);
    T best = Inode.latest(all);
    return best == null ? List.of() : List.of(best);
  }

  /**
   * The content to go on with where each side knows that the other's was superseded. A side on
   * which the file is deleted has thrown its bytes away, so whoever shows it comes first.
   */
  private static List<Content> bestContent(@Nullable Inode left, @Nullable Inode right) {
    List<Content> showing = best(shown(left), shown(right));
    return showing.isEmpty()
        ? best(
            left == null ? List.of() : left.contents(),
            right == null ? List.of() : right.contents())
        : showing;
  }

  private static List<Content> shown(@Nullable Inode inode) {
    return inode == null || !inode.isAlive() ? List.of() : inode.unseen();
  }

  private static List<Place> bestPlace(Inode any, List<Place> left, List<Place> right) {
    List<Place> all = new ArrayList<>(left);
    all.addAll(right);
    Place best = any.withPlaces(all).place();
    return best == null ? List.of() : List.of(best);
  }
}
