// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The whole visible tree as a pure function of all registers: what every replica must come to once
 * all contents are held. Slow and simple; replicas compute the same name by name.
 */
public final class TreeView {

  private final SortedMap<FileId, SortedMap<EntryName, Line>> directories = new TreeMap<>();
  private final SortedMap<FileId, FileId> merged = new TreeMap<>();

  /**
   * One name.
   *
   * @param shown the id that shows
   * @param source its inode
   * @param type what it is
   * @param content the content value; null of a directory
   */
  public record Line(FileId shown, FileId source, FileType type, @Nullable Dot content) {}

  /**
   * The view of these inodes.
   *
   * @param names the node of each origin
   */
  public TreeView(Collection<Inode> inodes, Map<Origin, String> names) {
    Memory memory = new Memory(inodes, names);
    Resolver resolver = new Resolver(memory);
    for (Inode inode : inodes) {
      for (Resolver.Named named : resolver.namesOf(inode)) {
        Content content = named.content();
        Dot dot = content == null ? null : content.dot();
        Line line = new Line(named.shown(), inode.id(), inode.type(), dot);
        Line before =
            directories
                .computeIfAbsent(named.directory(), d -> new TreeMap<>())
                .put(named.name(), line);
        if (before != null) {
          throw new IllegalStateException("a name twice: " + named.name());
        }
      }
      if (inode.isDirectory() && resolver.isVisible(inode)) {
        FileId canonical = resolver.canonical(inode);
        if (!canonical.equals(inode.id())) {
          merged.put(inode.id(), canonical);
        }
      }
    }
  }

  /** The names in each directory that has some. */
  public SortedMap<FileId, SortedMap<EntryName, Line>> directories() {
    return Collections.unmodifiableSortedMap(directories);
  }

  /** The directories that show as another one. */
  public SortedMap<FileId, FileId> merged() {
    return Collections.unmodifiableSortedMap(merged);
  }

  /**
   * Every path from the root, with what it names; a directory without a way to the root is absent.
   */
  public SortedMap<String, Line> paths() {
    SortedMap<String, Line> paths = new TreeMap<>();
    collect(FileId.ROOT, "", paths);
    return paths;
  }

  private void collect(FileId directory, String path, SortedMap<String, Line> paths) {
    directories
        .getOrDefault(directory, Collections.emptySortedMap())
        .forEach((name, line) -> {
          paths.put(path + "/" + name, line);
          if (line.type == FileType.DIRECTORY) {
            collect(line.shown, path + "/" + name, paths);
          }
        });
  }

  /** All claims in maps. */
  private static final class Memory implements Claims {
    private final Map<FileId, Inode> inodes = new HashMap<>();
    private final Map<Link, List<FileId>> claimants = new HashMap<>();
    private final Map<FileId, List<FileId>> children = new HashMap<>();
    private final Set<FileId> missing = new HashSet<>();
    private final Map<FileId, Link> undone;
    private final Map<Origin, String> names;

    Memory(Collection<Inode> all, Map<Origin, String> names) {
      this.names = names;
      all.forEach(inode -> inodes.put(inode.id(), inode));
      List<FileId> directories = all.stream().filter(Inode::isDirectory).map(Inode::id).toList();
      this.undone = Cycles.undone(directories, inodes::get);
      for (Inode inode : all.stream().sorted((a, b) -> a.id().compareTo(b.id())).toList()) {
        if (!inode.isRoot() && (inode.isAlive() || inode.isDirectory())) {
          Link fallBack = undone.get(inode.id());
          (fallBack != null ? List.of(fallBack) : inode.links()).forEach(l -> claim(l, inode));
        }
      }
    }

    private void claim(Link link, Inode inode) {
      claimants.computeIfAbsent(link, l -> new ArrayList<>()).add(inode.id());
      children.computeIfAbsent(link.parent(), p -> new ArrayList<>()).add(inode.id());
      Inode parent = inodes.get(link.parent());
      if (!link.parent().equals(FileId.ROOT) && (parent == null || !parent.isDirectory())) {
        missing.add(link.parent());
      }
    }

    @Override
    public @Nullable Inode inode(FileId id) {
      return inodes.get(id);
    }

    @Override
    public List<FileId> claimants(FileId parent, EntryName name) {
      return claimants.getOrDefault(new Link(parent, name), List.of());
    }

    @Override
    public boolean anyChild(FileId parent, Predicate<FileId> test) {
      return children.getOrDefault(parent, List.of()).stream().anyMatch(test);
    }

    @Override
    public Set<FileId> missingParents() {
      return missing;
    }

    @Override
    public @Nullable Link undone(FileId directory) {
      return undone.get(directory);
    }

    @Override
    public boolean isPlain() {
      return false;
    }

    @Override
    public String nodeName(Origin origin) {
      return names.getOrDefault(origin, origin.toString());
    }
  }
}
