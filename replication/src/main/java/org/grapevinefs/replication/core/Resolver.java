// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The view: from registers to names, for as much of the tree as is asked for. Pure; remembers what
 * it found, so it serves one state of the claims only.
 *
 * <p>Directories that want one name are one <em>group</em>: the first by (clock, dot) is the
 * canonical one, and the children of all show in it. A <em>bucket</em> is a canonical directory and
 * a name: all that want that name in any directory of the group. Within a bucket the first has the
 * name and the others computed ones.
 */
final class Resolver {

  private final Claims claims;
  private final Map<FileId, FileId> canonical = new HashMap<>();
  private final Map<FileId, List<FileId>> groups = new HashMap<>();
  private final Map<FileId, Boolean> visible = new HashMap<>();
  private final Map<Link, List<Claimant>> buckets = new HashMap<>();
  private final Map<Link, List<Named>> named = new HashMap<>();

  /** An inode that wants a name, with the link that says so. */
  record Claimant(Inode inode, Link link, Place place) {}

  /** A name given. */
  record Named(
      FileId directory,
      EntryName name,
      FileId shown,
      Inode source,
      Link link,
      @Nullable Content content) {}

  Resolver(Claims claims) {
    this.claims = claims;
  }

  /** The links that count: those of the place that shows, or where a cycle made it fall back to. */
  List<Link> links(Inode inode) {
    Link undone = inode.isDirectory() ? claims.undone(inode.id()) : null;
    return undone != null ? List.of(undone) : inode.links();
  }

  private Link link(Inode directory) {
    return links(directory).getFirst();
  }

  /** Whether an inode shows somewhere. */
  boolean isVisible(Inode inode) {
    if (inode.isAlive()) {
      return true;
    }
    if (!inode.isDirectory()) {
      return false;
    }
    Boolean known = visible.get(inode.id());
    return known != null ? known : anyShowsIn(inode.id());
  }

  /**
   * Whether something shows in a deleted directory, at any depth. Without recursion here and below,
   * since trees may be deeper than stacks.
   */
  private boolean anyShowsIn(FileId directory) {
    Map<FileId, FileId> above = new HashMap<>();
    Deque<FileId> toDo = new ArrayDeque<>(List.of(directory));
    above.put(directory, directory);
    while (!toDo.isEmpty()) {
      FileId at = toDo.pop();
      if (claims.anyChild(at, child -> shows(child, at, above, toDo))) {
        noteVisible(at, above);
        return true;
      }
    }
    above.keySet().forEach(id -> visible.put(id, false));
    return false;
  }

  private void noteVisible(FileId lowest, Map<FileId, FileId> above) {
    @Nullable FileId at = lowest;
    while (at != null && visible.put(at, true) == null) {
      at = above.get(at);
    }
  }

  /** Whether a child is known to show; a deleted directory of which that is open is put off. */
  private boolean shows(
      FileId child, FileId parent, Map<FileId, FileId> above, Deque<FileId> toDo) {
    Inode inode = claims.inode(child);
    if (inode == null) {
      return false;
    }
    Boolean known = inode.isAlive() ? Boolean.TRUE : visible.get(child);
    if (known == null && inode.isDirectory() && above.putIfAbsent(child, parent) == null) {
      toDo.push(child);
    }
    return known != null && known;
  }

  /** The directory in which the children of {@code parent} show. */
  FileId directory(FileId parent) {
    if (parent.equals(FileId.ROOT)) {
      return parent;
    }
    Inode inode = claims.inode(parent);
    return inode == null || !inode.isDirectory() ? claims.inPlaceOf(parent) : canonical(inode);
  }

  /** The directory that a directory shows as: itself, or the first of its group. */
  FileId canonical(Inode directory) {
    FileId id = directory.id();
    if (directory.isRoot() || claims.isPlain()) {
      return id;
    }
    FileId known = canonical.get(id);
    if (known != null) {
      return known;
    }
    LinkedHashMap<FileId, Inode> way = new LinkedHashMap<>();
    for (Inode at = directory; at != null && way.putIfAbsent(at.id(), at) == null; ) {
      at = openAbove(at);
    }
    FileId first = id;
    for (Inode at : way.sequencedValues().reversed()) {
      first = first(at);
      canonical.put(at.id(), first);
    }
    return first;
  }

  /** The directory above one that shows, if what that shows as is to be found out first. */
  private @Nullable Inode openAbove(Inode directory) {
    Inode parent = isVisible(directory) ? claims.inode(link(directory).parent()) : null;
    boolean open =
        parent != null
            && parent.isDirectory()
            && !parent.isRoot()
            && !canonical.containsKey(parent.id());
    return open ? parent : null;
  }

  private FileId first(Inode directory) {
    if (isVisible(directory)) {
      Link link = link(directory);
      for (Claimant claimant : bucket(directory(link.parent()), link.name())) {
        if (claimant.inode.isDirectory()) {
          return claimant.inode.id();
        }
      }
    }
    return directory.id();
  }

  /** The directories whose children show in a canonical directory, itself among them. */
  List<FileId> group(FileId canonicalDirectory) {
    if (claims.isPlain()) {
      return List.of(canonicalDirectory);
    }
    List<FileId> known = groups.get(canonicalDirectory);
    if (known == null) {
      known = findGroup(canonicalDirectory);
      groups.put(canonicalDirectory, known);
    }
    return known;
  }

  private List<FileId> findGroup(FileId directory) {
    Set<FileId> group = new LinkedHashSet<>();
    group.add(directory);
    if (directory.equals(FileId.ROOT)) {
      group.addAll(claims.missingParents());
      return List.copyOf(group);
    }
    Inode inode = claims.inode(directory);
    if (inode != null && !inode.places().isEmpty()) {
      Link link = link(inode);
      for (Claimant claimant : bucket(directory(link.parent()), link.name())) {
        if (claimant.inode.isDirectory()) {
          group.add(claimant.inode.id());
        }
      }
    }
    return List.copyOf(group);
  }

  /** All that show and want a name in a canonical directory, first come first. */
  List<Claimant> bucket(FileId directory, EntryName name) {
    Link key = new Link(directory, name);
    List<Claimant> known = buckets.get(key);
    if (known != null) {
      return known;
    }
    Map<FileId, Claimant> found = new LinkedHashMap<>();
    for (FileId member : group(directory)) {
      for (FileId id : claims.claimants(member, name)) {
        Inode inode = claims.inode(id);
        Place place = inode == null ? null : inode.place();
        if (inode != null && place != null && isVisible(inode)) {
          Link link = new Link(member, name);
          found.merge(
              id, new Claimant(inode, link, place), (a, b) -> a.link.compareTo(b.link) < 0 ? a : b);
        }
      }
    }
    List<Claimant> sorted = new ArrayList<>(found.values());
    sorted.sort(Resolver::order);
    buckets.put(key, sorted);
    return sorted;
  }

  private static int order(Claimant a, Claimant b) {
    if (a.place.dot().equals(b.place.dot())) {
      return a.inode.id().compareTo(b.inode.id());
    }
    return a.place.isLaterThan(b.place) ? 1 : -1;
  }

  /** The names that a bucket gives. */
  List<Named> names(FileId directory, EntryName name) {
    Link key = new Link(directory, name);
    List<Named> known = named.get(key);
    if (known == null) {
      known = giveNames(directory, name);
      named.put(key, known);
    }
    return known;
  }

  private List<Named> giveNames(FileId directory, EntryName name) {
    List<Named> result = new ArrayList<>();
    Set<EntryName> given = new HashSet<>();
    boolean directorySeen = false;
    for (Claimant claimant : bucket(directory, name)) {
      Inode inode = claimant.inode;
      if (inode.isDirectory() && directorySeen) {
        continue;
      }
      directorySeen |= inode.isDirectory();
      List<Content> contents = inode.isDirectory() ? List.of() : inode.shownContents();
      EntryName own =
          result.isEmpty()
              ? name
              : computed(directory, name, inode.isDirectory(), claimant.place, given);
      given.add(own);
      Content winner = contents.isEmpty() ? null : contents.getFirst();
      result.add(new Named(directory, own, inode.id(), inode, claimant.link, winner));
      if (!claimant.link.equals(links(inode).getFirst())) {
        continue;
      }
      for (Content sibling : contents.stream().skip(1).toList()) {
        EntryName copy = computed(directory, name, false, sibling, given);
        given.add(copy);
        FileId shown =
            ConflictNames.sibling(inode.id(), sibling.dot(), id -> claims.inode(id) != null);
        result.add(new Named(directory, copy, shown, inode, claimant.link, sibling));
      }
    }
    return result;
  }

  private EntryName computed(
      FileId directory,
      EntryName name,
      boolean isDirectory,
      Stamped version,
      Set<EntryName> given) {
    String node = claims.nodeName(version.dot().origin());
    EntryName computed = ConflictNames.of(name, isDirectory, node, version);
    // A place and a content may be of one change, and people keep files under computed names.
    for (int attempt = 1; isTaken(directory, computed, given); attempt++) {
      computed = ConflictNames.unique(name, isDirectory, node, version, attempt);
    }
    return computed;
  }

  private boolean isTaken(FileId directory, EntryName name, Set<EntryName> given) {
    return given.contains(name) || !bucket(directory, name).isEmpty();
  }

  /** The names that an inode should have now, in no special order. */
  List<Named> namesOf(Inode inode) {
    if (inode.isRoot() || !isVisible(inode)) {
      return List.of();
    }
    if (inode.isDirectory() && !canonical(inode).equals(inode.id())) {
      return List.of();
    }
    List<Named> result = new ArrayList<>();
    Set<Link> done = new HashSet<>();
    for (Link link : links(inode)) {
      FileId directory = directory(link.parent());
      if (done.add(new Link(directory, link.name()))) {
        for (Named candidate : names(directory, link.name())) {
          if (candidate.source.id().equals(inode.id())) {
            result.add(candidate);
          }
        }
      }
    }
    result.sort(Comparator.comparing(Named::directory).thenComparing(Named::name));
    return result;
  }
}
