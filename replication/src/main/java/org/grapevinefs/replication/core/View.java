// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What people see of a replica: registers and held contents put together. */
final class View {

  private static final Timestamp EPOCH = new Timestamp(0, 0);

  private final Context context;
  private final Reads reads;
  private final @Nullable Transaction tx;

  View(Context context) {
    this.context = context;
    this.reads = context.reads;
    this.tx = null;
  }

  /** What shows once a transaction is committed. */
  View(Context context, Transaction tx) {
    this.context = context;
    this.reads = tx.reads;
    this.tx = tx;
  }

  @Nullable Inode inode(FileId id) {
    if (tx != null) {
      return tx.inode(id);
    }
    Inode known = context.inodes.get(id);
    Inode inode = known != null ? known : reads.inode(id);
    return inode == null && id.equals(FileId.ROOT) ? Inode.root() : inode;
  }

  List<Inode> inodes() {
    List<Inode> inodes = new ArrayList<>();
    try (ReplicaStore.Cursor cursor = reads.all(Table.INODE)) {
      while (cursor.next()) {
        inodes.add(Reads.inode(cursor.value()));
      }
    }
    return inodes;
  }

  long tick(FileId shown) {
    Reads.Local local = reads.local(shown);
    return local == null ? 1 : local.tick();
  }

  @Nullable Shown shown(FileId asked) {
    FileId id = context.state.aliases.getOrDefault(asked, asked);
    List<Entry> placed = reads.placed(id);
    FileId source = placed.isEmpty() ? id : placed.getFirst().source();
    Inode inode = inode(source);
    if (inode == null) {
      return null;
    }
    Content.Regular held = inode.type() == FileType.REGULAR ? reads.held(id) : null;
    Content content = inode.type() == FileType.REGULAR ? held : inode.winner();
    Attrs attrs = inode.shownAttrs();
    boolean directory = inode.isDirectory();
    Reads.Local local = reads.local(id);
    int subdirectories = local == null ? 0 : local.subdirectories();
    Timestamp dirty = directory ? context.dirtyDirectories.get(id) : null;
    Timestamp modified = dirty != null ? dirty : modified(inode, attrs, content);
    Timestamp changed = changed(inode, attrs, content);
    SortedMap<String, Bytes> none = Collections.emptySortedMap();
    return new Shown(
        id,
        source,
        inode.type(),
        attrs != null ? attrs.mode() : 0755,
        attrs != null ? attrs.uid() : 0,
        attrs != null ? attrs.gid() : 0,
        attrs != null ? attrs.accessed() : modified,
        modified,
        dirty != null && dirty.compareTo(changed) > 0 ? dirty : changed,
        inode.created(),
        size(content),
        directory ? 2 + subdirectories : placed.size(),
        content,
        local == null ? 1 : local.tick(),
        attrs != null ? attrs.xattrs() : none);
  }

  private static Timestamp modified(Inode inode, @Nullable Attrs attrs, @Nullable Content content) {
    Attrs.ModifiedOverride given = attrs == null ? null : attrs.modified();
    if (given != null && (content == null || given.clock() >= content.clock())) {
      return given.time();
    }
    return content == null ? inode.created() : content.modified();
  }

  private static Timestamp changed(Inode inode, @Nullable Attrs attrs, @Nullable Content content) {
    long clock = 0;
    Place place = inode.place();
    clock = place == null ? clock : Math.max(clock, place.clock());
    clock = attrs == null ? clock : Math.max(clock, attrs.clock());
    Timestamp names = null;
    if (content instanceof Content.Directory directory) {
      // Its time is published a while after the change: that changes nothing that people see.
      // A time of the future, found on disk, is no change of the future.
      Timestamp published = HybridClock.timestamp(directory.clock());
      names = directory.modified().compareTo(published) < 0 ? directory.modified() : published;
    } else if (content != null) {
      clock = Math.max(clock, content.clock());
    }
    Timestamp changed = clock == 0 ? EPOCH : HybridClock.timestamp(clock);
    return names != null && names.compareTo(changed) > 0 ? names : changed;
  }

  private static long size(@Nullable Content content) {
    return switch (content) {
      case Content.Regular regular -> regular.size();
      case Content.Symlink symlink -> symlink.target().length();
      case Content.Directory directory -> 0;
      case Content.Device device -> 0;
      case Content.Special special -> 0;
      case null -> 0;
    };
  }

  List<ConflictCopy> conflicts(int most) {
    List<ConflictCopy> copies = new ArrayList<>();
    TreeWalk walk = new TreeWalk(context.reads);
    for (FileId id : context.reads.ids(Table.CONFLICT, most)) {
      for (Entry entry : context.reads.placedFrom(id)) {
        if (entry.isConflict() && copies.size() < most) {
          copies.add(copy(walk, entry));
        }
      }
    }
    return copies;
  }

  private ConflictCopy copy(TreeWalk walk, Entry entry) {
    Entry lookup = context.reads.lookup(entry.directory(), entry.link().name());
    Entry plain = lookup == null ? entry : lookup;
    return new ConflictCopy(
        walk.path(entry),
        entry,
        plain,
        author(entry, entry.isSibling()),
        author(plain, entry.isSibling()));
  }

  /** Who made what shows as an entry: its content, where contents are in conflict, or its name. */
  private ConflictCopy.Author author(Entry entry, boolean ofContent) {
    Inode inode = inode(entry.source());
    Stamped version = inode == null ? null : inode.place();
    Dot content = entry.content();
    if (inode != null && ofContent && content != null) {
      Content value = inode.content(content);
      version = value == null ? version : value;
    }
    if (version == null) {
      return new ConflictCopy.Author("", EPOCH);
    }
    Origin origin = version.dot().origin();
    String node = context.state.names.getOrDefault(origin, origin.toString());
    return new ConflictCopy.Author(node, HybridClock.timestamp(version.clock()));
  }
}
