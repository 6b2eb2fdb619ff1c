// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which moves of directories are undone in the view because, made apart, they put directories into
 * one another.
 *
 * <p>In rounds: of each cycle the directory whose place is the latest falls back to the link before
 * its move, and if it is in a cycle again, to the root. Every node finds the same, since only the
 * registers count.
 */
final class Cycles {

  private final Function<FileId, @Nullable Inode> inodes;
  private final Map<FileId, Link> undone = new TreeMap<>();
  private final Set<FileId> atRoot = new HashSet<>();

  private Cycles(Function<FileId, @Nullable Inode> inodes) {
    this.inodes = inodes;
  }

  /**
   * The fall-backs.
   *
   * @param seeds directories from which every cycle can be reached by walking up: those that moved
   *     and those undone before
   */
  static Map<FileId, Link> undone(
      Collection<FileId> seeds, Function<FileId, @Nullable Inode> inodes) {
    Cycles cycles = new Cycles(inodes);
    Set<FileId> from = new TreeSet<>(seeds);
    while (true) {
      List<List<FileId>> found = cycles.find(from);
      if (found.isEmpty()) {
        return cycles.undone;
      }
      found.forEach(cycles::breakOne);
      from.addAll(cycles.undone.keySet());
    }
  }

  private @Nullable FileId parent(FileId id) {
    Inode inode = inodes.apply(id);
    if (inode == null || inode.isRoot() || !inode.isDirectory() || inode.places().isEmpty()) {
      return null;
    }
    Link link = undone.get(id);
    return link != null ? link.parent() : inode.links().getFirst().parent();
  }

  private List<List<FileId>> find(Set<FileId> seeds) {
    List<List<FileId>> cycles = new ArrayList<>();
    Set<FileId> done = new HashSet<>();
    for (FileId seed : seeds) {
      Map<FileId, Integer> at = new HashMap<>();
      List<FileId> path = new ArrayList<>();
      FileId id = seed;
      while (id != null && !done.contains(id)) {
        Integer before = at.putIfAbsent(id, path.size());
        if (before != null) {
          cycles.add(List.copyOf(path.subList(before, path.size())));
          break;
        }
        path.add(id);
        id = parent(id);
      }
      done.addAll(path);
    }
    return cycles;
  }

  private void breakOne(List<FileId> cycle) {
    Inode latest = null;
    Place latestPlace = null;
    for (FileId id : cycle) {
      Inode inode = inodes.apply(id);
      Place place = inode == null || atRoot.contains(id) ? null : inode.place();
      if (place != null && (latestPlace == null || place.isLaterThan(latestPlace))) {
        latest = inode;
        latestPlace = place;
      }
    }
    if (latest == null || latestPlace == null) {
      throw new IllegalStateException("a cycle through the root");
    }
    Link raw = latestPlace.links().getFirst();
    boolean second = undone.containsKey(latest.id());
    boolean hasPrevious = latestPlace instanceof Place.Live live && !live.previous().isEmpty();
    if (!second && hasPrevious && latestPlace instanceof Place.Live live) {
      undone.put(latest.id(), live.previous().getFirst());
    } else {
      undone.put(latest.id(), new Link(FileId.ROOT, raw.name()));
      atRoot.add(latest.id());
    }
  }
}
