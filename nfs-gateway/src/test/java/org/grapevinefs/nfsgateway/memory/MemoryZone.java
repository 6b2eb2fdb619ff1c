// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.memory;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ChangeListener;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SeekKind;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.WriteResult;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;

/** A zone whose files are in memory, under one lock, with what POSIX asks of a file tree. */
public final class MemoryZone extends MemoryState {

  /** The most that is copied or reserved in one call. */
  private static final long MOST_AT_ONCE = 8L << 20;

  private static final long TOTAL = 64L << 30;
  private static final long FILES = 10_000_000;
  private static final long VERIFIER = 0x6d656d6f7279L;

  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

  /** An empty zone whose root belongs to root, with mode 0755. */
  public MemoryZone(InstantSource clock, RandomGenerator random) {
    super(clock, random);
  }

  @Override
  public Attributes getattr(Caller caller, FileId file) throws ZoneException {
    return locked(() -> node(file).attributes());
  }

  @Override
  public Attributes lookup(Caller caller, FileId directory, EntryName name) throws ZoneException {
    return locked(() -> {
      MemoryNode dir = directory(directory);
      MemoryRights.require(caller, dir, MemoryRights.EXECUTE);
      return entry(dir, name).node().attributes();
    });
  }

  private static MemoryNode.Entry entry(MemoryNode dir, EntryName name) throws ZoneException {
    MemoryNode.Entry entry = dir.entries.get(name);
    if (entry == null) {
      throw new ZoneException(ZoneError.NOENT);
    }
    return entry;
  }

  @Override
  public Attributes parent(Caller caller, FileId directory) throws ZoneException {
    return locked(() -> {
      MemoryNode dir = directory(directory);
      if (dir.id.equals(FileId.ROOT)) {
        throw new ZoneException(ZoneError.NOENT);
      }
      MemoryRights.require(caller, dir, MemoryRights.EXECUTE);
      return dir.parent.attributes();
    });
  }

  @Override
  public Attributes setattr(Caller caller, FileId file, SetAttributes set) throws ZoneException {
    return locked(() -> {
      MemoryNode node = node(file);
      MemoryRights.requireWritable(caller);
      MemoryRights.requireMaySet(caller, node, set);
      if (set.size() != null) {
        regular(file);
      }
      apply(caller, node, set);
      return node.attributes();
    });
  }

  private void apply(Caller caller, MemoryNode node, SetAttributes set) {
    touch(node, false);
    if (set.size() != null) {
      node.content.resize(set.size());
      node.modified = node.changed;
    }
    if (set.uid() != null || set.gid() != null) {
      node.uid = set.uid() != null ? set.uid() : node.uid;
      node.gid = set.gid() != null ? set.gid() : node.gid;
      if (node.type == FileType.REGULAR && set.mode() == null) {
        node.mode &= (node.mode & 010) != 0 ? ~06000 : ~04000;
      }
    }
    if (set.mode() != null) {
      node.mode = set.mode();
      if (!caller.isRoot() && node.type != FileType.DIRECTORY && !caller.inGroup(node.gid)) {
        node.mode &= ~MemoryRights.SETGID;
      }
    }
    node.accessed = time(set.accessed(), node.changed, node.accessed);
    node.modified = time(set.modified(), node.changed, node.modified);
  }

  private static Timestamp time(@Nullable SetTime set, Timestamp now, Timestamp before) {
    return switch (set) {
      case null -> before;
      case SetTime.Now n -> now;
      case SetTime.Given(Timestamp given) -> given;
    };
  }

  @Override
  public int access(Caller caller, FileId file, int wanted) throws ZoneException {
    return locked(() -> MemoryRights.access(caller, node(file), wanted));
  }

  private Created make(
      Caller caller, FileId directory, EntryName name, FileType type, SetAttributes set)
      throws ZoneException {
    MemoryNode dir = directory(directory);
    MemoryRights.requireWritable(caller);
    MemoryRights.require(caller, dir, MemoryRights.EXECUTE);
    if (dir.entries.containsKey(name)) {
      throw new ZoneException(ZoneError.EXIST);
    }
    MemoryRights.require(caller, dir, MemoryRights.WRITE);
    if (dir.links < 0) {
      throw new ZoneException(ZoneError.NOENT);
    }
    boolean inherits = (dir.mode & MemoryRights.SETGID) != 0;
    int mode = set.mode() != null ? set.mode() : type == FileType.DIRECTORY ? 0777 : 0666;
    MemoryNode node =
        new MemoryNode(
            FileId.random(random),
            type,
            caller.uid(),
            inherits ? dir.gid : caller.gid(),
            inherits && type == FileType.DIRECTORY ? mode | MemoryRights.SETGID : mode,
            now(),
            ++lastChange);
    nodes.put(node.id, node);
    long before = dir.change;
    attach(dir, name, node);
    apply(
        Caller.SYSTEM,
        node,
        new SetAttributes(
            null,
            caller.isRoot() ? set.uid() : null,
            caller.isRoot() ? set.gid() : null,
            set.size(),
            set.accessed(),
            set.modified()));
    return new Created(node.attributes(), new DirectoryChange(before, dir.change), true);
  }

  private void attach(MemoryNode dir, EntryName name, MemoryNode node) {
    MemoryNode.Entry entry = new MemoryNode.Entry(name, ++dir.lastCookie, node);
    dir.entries.put(name, entry);
    dir.byCookie.put(entry.cookie(), entry);
    node.links++;
    if (node.type == FileType.DIRECTORY) {
      node.parent = dir;
      dir.subdirectories++;
    }
    touch(dir, true);
  }

  private void detach(MemoryNode dir, MemoryNode.Entry entry) {
    dir.entries.remove(entry.name());
    dir.byCookie.remove(entry.cookie());
    MemoryNode node = entry.node();
    node.links--;
    if (node.type == FileType.DIRECTORY) {
      dir.subdirectories--;
    }
    touch(dir, true);
    touch(node, false);
  }

  private void forgetIfGone(MemoryNode node) {
    if (node.links <= 0 && node.opens == 0) {
      nodes.remove(node.id);
    }
  }

  @Override
  public Created create(
      Caller caller, FileId directory, EntryName name, CreateMode mode, SetAttributes set)
      throws ZoneException {
    return locked(() -> {
      MemoryNode dir = directory(directory);
      MemoryRights.require(caller, dir, MemoryRights.EXECUTE);
      MemoryNode.Entry there = dir.entries.get(name);
      if (there == null) {
        Created created = make(caller, directory, name, FileType.REGULAR, set);
        if (mode instanceof CreateMode.Exclusive(long verifier)) {
          node(created.attributes().id()).verifier = verifier;
        }
        return created;
      }
      MemoryNode node = there.node();
      boolean mine =
          switch (mode) {
            case CreateMode.Unchecked u -> true;
            case CreateMode.Guarded g -> false;
            case CreateMode.Exclusive(long verifier) ->
                node.type == FileType.REGULAR && node.verifier == verifier;
          };
      if (!mine) {
        throw new ZoneException(ZoneError.EXIST);
      }
      Long size = set.size();
      if (size != null && size == 0 && mode instanceof CreateMode.Unchecked) {
        if (node.type == FileType.REGULAR) {
          setattr(caller, node.id, SetAttributes.size(0L));
        }
      }
      DirectoryChange same = new DirectoryChange(dir.change, dir.change);
      return new Created(node.attributes(), same, false);
    });
  }

  @Override
  public Created mkdir(Caller caller, FileId directory, EntryName name, SetAttributes set)
      throws ZoneException {
    return locked(() -> make(caller, directory, name, FileType.DIRECTORY, set));
  }

  @Override
  public Created symlink(
      Caller caller, FileId directory, EntryName name, byte[] target, SetAttributes set)
      throws ZoneException {
    return locked(() -> {
      Created made = make(caller, directory, name, FileType.SYMLINK, set);
      MemoryNode node = node(made.attributes().id());
      node.mode = 0777;
      node.target = target.clone();
      return new Created(node.attributes(), made.directory(), true);
    });
  }

  @Override
  public Created mknod(
      Caller caller,
      FileId directory,
      EntryName name,
      FileType type,
      Device device,
      SetAttributes set)
      throws ZoneException {
    return locked(() -> {
      Created made = make(caller, directory, name, type, set);
      MemoryNode node = node(made.attributes().id());
      node.device = device;
      return new Created(node.attributes(), made.directory(), true);
    });
  }

  @Override
  public DirectoryChange link(Caller caller, FileId file, FileId directory, EntryName name)
      throws ZoneException {
    return locked(() -> {
      MemoryNode node = node(file);
      MemoryNode dir = directory(directory);
      MemoryRights.requireWritable(caller);
      if (node.type == FileType.DIRECTORY) {
        throw new ZoneException(ZoneError.ISDIR);
      }
      MemoryRights.require(caller, dir, MemoryRights.EXECUTE);
      if (dir.entries.containsKey(name)) {
        throw new ZoneException(ZoneError.EXIST);
      }
      MemoryRights.require(caller, dir, MemoryRights.WRITE);
      long before = dir.change;
      attach(dir, name, node);
      touch(node, false);
      return new DirectoryChange(before, dir.change);
    });
  }

  @Override
  public Renamed rename(Caller caller, FileId from, EntryName oldName, FileId to, EntryName newName)
      throws ZoneException {
    return locked(() -> {
      MemoryNode source = directory(from);
      MemoryNode target = directory(to);
      MemoryRights.requireWritable(caller);
      MemoryRights.require(caller, source, MemoryRights.EXECUTE);
      MemoryRights.require(caller, target, MemoryRights.EXECUTE);
      MemoryNode.Entry moved = entry(source, oldName);
      MemoryNode.Entry over = target.entries.get(newName);
      long before = source.change;
      long beforeTarget = target.change;
      if (over == null || over.node() != moved.node()) {
        requireMovable(caller, source, target, moved.node(), over);
        if (over != null) {
          detach(target, over);
          forgetIfGone(over.node());
        }
        detach(source, moved);
        attach(target, newName, moved.node());
      }
      return new Renamed(
          new DirectoryChange(before, source.change),
          new DirectoryChange(beforeTarget, target.change));
    });
  }

  private static void requireMovable(
      Caller caller,
      MemoryNode source,
      MemoryNode target,
      MemoryNode moved,
      MemoryNode.@Nullable Entry over)
      throws ZoneException {
    MemoryRights.requireRemovable(caller, source, moved);
    MemoryRights.require(caller, target, MemoryRights.WRITE);
    boolean directory = moved.type == FileType.DIRECTORY;
    if (over != null) {
      MemoryRights.requireRemovable(caller, target, over.node());
      boolean overDirectory = over.node().type == FileType.DIRECTORY;
      if (directory != overDirectory) {
        throw new ZoneException(overDirectory ? ZoneError.ISDIR : ZoneError.NOTDIR);
      }
      if (!over.node().entries.isEmpty()) {
        throw new ZoneException(ZoneError.NOTEMPTY);
      }
    }
    MemoryNode above = target;
    while (directory && !above.id.equals(FileId.ROOT)) {
      if (above == moved) {
        throw new ZoneException(ZoneError.INVAL);
      }
      above = above.parent;
    }
  }

  @Override
  public DirectoryChange remove(Caller caller, FileId directory, EntryName name)
      throws ZoneException {
    return locked(() -> {
      MemoryNode dir = directory(directory);
      MemoryRights.requireWritable(caller);
      MemoryRights.require(caller, dir, MemoryRights.EXECUTE);
      MemoryNode.Entry entry = entry(dir, name);
      MemoryRights.requireRemovable(caller, dir, entry.node());
      if (!entry.node().entries.isEmpty()) {
        throw new ZoneException(ZoneError.NOTEMPTY);
      }
      long before = dir.change;
      detach(dir, entry);
      forgetIfGone(entry.node());
      return new DirectoryChange(before, dir.change);
    });
  }

  @Override
  public DirectoryPage readdir(Caller caller, FileId directory, long cookie, int most)
      throws ZoneException {
    return locked(() -> {
      MemoryNode dir = directory(directory);
      MemoryRights.require(caller, dir, MemoryRights.READ);
      List<DirectoryPage.Entry> entries = new ArrayList<>();
      for (MemoryNode.Entry entry : dir.byCookie.tailMap(cookie, false).values()) {
        if (entries.size() == most) {
          return new DirectoryPage(entries, false);
        }
        entries.add(
            new DirectoryPage.Entry(entry.name(), entry.cookie(), entry.node().attributes()));
      }
      return new DirectoryPage(entries, true);
    });
  }

  @Override
  public byte[] readlink(Caller caller, FileId link) throws ZoneException {
    return locked(() -> {
      MemoryNode node = node(link);
      if (node.type != FileType.SYMLINK) {
        throw new ZoneException(ZoneError.INVAL);
      }
      return node.target.clone();
    });
  }

  @Override
  public void opened(FileId file, OpenMode mode) throws ZoneException {
    locked(() -> node(file).opens++);
  }

  @Override
  public void closed(FileId file, OpenMode mode) {
    lock.lock();
    try {
      MemoryNode node = nodes.get(file);
      if (node != null) {
        node.opens--;
        forgetIfGone(node);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How often files are open, all together. */
  public int opens() {
    lock.lock();
    try {
      return nodes.values().stream().mapToInt(node -> node.opens).sum();
    } finally {
      lock.unlock();
    }
  }

  private MemoryNode data(Caller caller, FileId file, int right) throws ZoneException {
    MemoryNode node = regular(file);
    if (right == MemoryRights.WRITE) {
      MemoryRights.requireWritable(caller);
    }
    boolean mine = caller.viaOpen() || caller.uid() == node.uid;
    if (!mine && !MemoryRights.has(caller, node, right)) {
      throw new ZoneException(ZoneError.ACCES);
    }
    return node;
  }

  @Override
  public ReadResult read(Caller caller, FileId file, long offset, int length) throws ZoneException {
    return locked(() -> {
      MemoryContent content = data(caller, file, MemoryRights.READ).content;
      byte[] bytes = content.read(offset, length);
      return new ReadResult(ByteBuffer.wrap(bytes), offset + bytes.length >= content.size());
    });
  }

  @Override
  public WriteResult write(
      Caller caller, FileId file, long offset, ByteBuffer bytes, Stability stability)
      throws ZoneException {
    return locked(() -> {
      MemoryNode node = data(caller, file, MemoryRights.WRITE);
      int count = bytes.remaining();
      if (count > 0) {
        node.content.write(offset, bytes);
        written(caller, node);
      }
      return new WriteResult(count, stability, VERIFIER);
    });
  }

  private void written(Caller caller, MemoryNode node) {
    touch(node, true);
    if (!caller.isRoot()) {
      node.mode &= (node.mode & 010) != 0 ? ~06000 : ~04000;
    }
  }

  @Override
  public long commit(Caller caller, FileId file, long offset, long length) throws ZoneException {
    return locked(() -> {
      regular(file);
      return VERIFIER;
    });
  }

  @Override
  public void allocate(Caller caller, FileId file, long offset, long length) throws ZoneException {
    locked(() -> {
      MemoryNode node = data(caller, file, MemoryRights.WRITE);
      if (length > MOST_AT_ONCE) {
        throw new ZoneException(ZoneError.NOSPC);
      }
      node.content.reserve(offset, length);
      written(caller, node);
      return node;
    });
  }

  @Override
  public void deallocate(Caller caller, FileId file, long offset, long length)
      throws ZoneException {
    locked(() -> {
      MemoryNode node = data(caller, file, MemoryRights.WRITE);
      node.content.punch(offset, length);
      written(caller, node);
      return node;
    });
  }

  @Override
  public long seek(Caller caller, FileId file, long offset, SeekKind kind) throws ZoneException {
    return locked(() -> {
      MemoryContent content = data(caller, file, MemoryRights.READ).content;
      long found = kind == SeekKind.DATA ? content.nextData(offset) : content.nextHole(offset);
      if (offset >= content.size() || found < 0) {
        throw new ZoneException(ZoneError.NXIO);
      }
      return found;
    });
  }

  @Override
  public long copy(
      Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
      throws ZoneException {
    return locked(() -> {
      MemoryContent source = data(caller, from, MemoryRights.READ).content;
      MemoryNode target = data(caller, to, MemoryRights.WRITE);
      long wanted = Math.min(length == 0 ? Long.MAX_VALUE : length, MOST_AT_ONCE);
      long done = 0;
      while (done < wanted) {
        int step = (int) Math.min(wanted - done, MemoryContent.BLOCK);
        byte[] bytes = source.read(fromOffset + done, step);
        if (bytes.length == 0) {
          break;
        }
        target.content.write(toOffset + done, ByteBuffer.wrap(bytes));
        done += bytes.length;
      }
      written(caller, target);
      return done;
    });
  }

  @Override
  public void cloneRange(
      Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
      throws ZoneException {
    copy(caller, from, fromOffset, to, toOffset, length);
  }

  @Override
  public SpaceUsage statfs(Caller caller) throws ZoneException {
    return locked(() -> new SpaceUsage(TOTAL, TOTAL, FILES, FILES - nodes.size()));
  }

  @Override
  public AutoCloseable listen(ChangeListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Tells listeners of a change, as if replication had brought it. */
  public void changedElsewhere(FileId file) {
    listeners.forEach(listener -> listener.changed(file));
  }
}
