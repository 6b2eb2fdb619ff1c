// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file, directory, link or device node as three registers. Each register is the set of values
 * that no known change has superseded: one, usually; several, when they were written apart.
 *
 * <p>The lists are sorted by dot, so that equal states are equal records.
 *
 * @param id its identity
 * @param type what it is
 * @param created birth
 * @param places where it is
 * @param attrs its attributes
 * @param contents what it holds
 */
public record Inode(
    FileId id,
    FileType type,
    Timestamp created,
    List<Place> places,
    List<Attrs> attrs,
    List<Content> contents) {

  /** Sorts and copies. */
  public Inode {
    places = sorted(places);
    attrs = sorted(attrs);
    contents = sorted(contents);
  }

  private static <T extends Stamped> List<T> sorted(List<T> values) {
    if (values.size() < 2) {
      return List.copyOf(values);
    }
    List<T> copy = new ArrayList<>(values);
    copy.sort(Comparator.comparing(Stamped::dot));
    return List.copyOf(copy);
  }

  /** The root as every zone has it before anyone sets its attributes. */
  public static Inode root() {
    return new Inode(
        FileId.ROOT, FileType.DIRECTORY, new Timestamp(0, 0), List.of(), List.of(), List.of());
  }

  /** The latest of some values; null if there is none. */
  static <T extends Stamped> @Nullable T latest(List<? extends T> values) {
    T best = null;
    for (T value : values) {
      if (best == null || value.isLaterThan(best)) {
        best = value;
      }
    }
    return best;
  }

  /** Whether this is the root, which has no place. */
  public boolean isRoot() {
    return id.equals(FileId.ROOT);
  }

  /** Whether this is a directory. */
  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  /** The place that shows: any live one beats a deletion, then the latest; null for the root. */
  public @Nullable Place place() {
    Place best = null;
    for (Place place : places) {
      boolean live = place instanceof Place.Live;
      boolean bestLive = best instanceof Place.Live;
      if (best == null || (live == bestLive ? place.isLaterThan(best) : live)) {
        best = place;
      }
    }
    return best;
  }

  /**
   * Whether the registers alone say that it is there. A directory that is not may still show, if
   * something in it does.
   */
  public boolean isAlive() {
    if (isRoot() || place() instanceof Place.Live) {
      return true;
    }
    return !isDirectory() && !unseen().isEmpty();
  }

  /** The links of the place that shows. */
  public List<Link> links() {
    Place place = place();
    return place == null ? List.of() : place.links();
  }

  /**
   * The contents that no deletion had seen. If there are none, and a move or link made apart from
   * the deletion brings the file back, it is back as it was.
   */
  List<Content> unseen() {
    Set<Dot> seen = new HashSet<>();
    for (Place place : places) {
      if (place instanceof Place.Deleted deleted) {
        seen.addAll(deleted.seen());
      }
    }
    if (seen.isEmpty()) {
      return contents;
    }
    List<Content> unseen =
        contents.stream().filter(content -> !seen.contains(content.dot())).toList();
    return unseen.isEmpty() && place() instanceof Place.Live ? contents : unseen;
  }

  /**
   * The contents that show: one for each different content, the winner first, then its siblings,
   * latest first. Of a directory at most one.
   */
  public List<Content> shownContents() {
    List<Content> candidates = unseen();
    if (candidates.size() < 2) {
      return candidates;
    }
    List<Content> latestFirst = new ArrayList<>(candidates);
    latestFirst.sort((a, b) -> a.isLaterThan(b) ? -1 : 1);
    List<Content> shown = new ArrayList<>();
    for (Content candidate : latestFirst) {
      if (shown.stream().noneMatch(candidate::sameBytes)) {
        shown.add(candidate);
      }
    }
    return shown;
  }

  /** The content that has the name; null if there is none. */
  public @Nullable Content winner() {
    List<Content> shown = shownContents();
    return shown.isEmpty() ? null : shown.getFirst();
  }

  /** The content that a change wrote; null if it is no longer there. */
  public @Nullable Content content(Dot dot) {
    for (Content content : contents) {
      if (content.dot().equals(dot)) {
        return content;
      }
    }
    return null;
  }

  /** The attributes that show; null if none were ever set. */
  public @Nullable Attrs shownAttrs() {
    return latest(attrs);
  }

  /**
   * Whether a stretch that a change wrote can be given from bytes held here: they are of a content
   * with that stretch, or the same as one. Two nodes may have written the same apart, and who has
   * the one fetches no other.
   */
  public boolean isGivenBy(Content.Regular held, ByteRange stretch, Dot dot) {
    return held.ranges().shows(stretch, dot)
        || contents.stream()
            .anyMatch(content ->
                content instanceof Content.Regular regular
                    && regular.ranges().shows(stretch, dot)
                    && regular.sameBytes(held));
  }

  /** All the changes that its values carry. */
  public Set<Dot> dots() {
    Set<Dot> dots = new HashSet<>();
    places.forEach(value -> dots.add(value.dot()));
    attrs.forEach(value -> dots.add(value.dot()));
    contents.forEach(value -> dots.add(value.dot()));
    return dots;
  }

  /** The latest clock of any value. */
  long latestClock() {
    long latest = 0;
    for (Place value : places) {
      latest = Math.max(latest, value.clock());
    }
    for (Attrs value : attrs) {
      latest = Math.max(latest, value.clock());
    }
    for (Content value : contents) {
      latest = Math.max(latest, value.clock());
    }
    return latest;
  }

  Inode withCreated(Timestamp newCreated) {
    return new Inode(id, type, newCreated, places, attrs, contents);
  }

  Inode withPlaces(List<Place> newPlaces) {
    return new Inode(id, type, created, newPlaces, attrs, contents);
  }

  Inode withAttrs(List<Attrs> newAttrs) {
    return new Inode(id, type, created, places, newAttrs, contents);
  }

  Inode withContents(List<Content> newContents) {
    return new Inode(id, type, created, places, attrs, newContents);
  }
}
