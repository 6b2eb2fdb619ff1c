// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.memory;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.jspecify.annotations.Nullable;

/** The nodes of a zone in memory, under one lock, and their extended attributes. */
abstract class MemoryState implements ZoneFileSystem {

  final ReentrantLock lock = new ReentrantLock();
  final Map<FileId, MemoryNode> nodes = new HashMap<>();
  final InstantSource clock;
  final RandomGenerator random;
  long lastChange;

  MemoryState(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
    MemoryNode root =
        new MemoryNode(FileId.ROOT, FileType.DIRECTORY, 0, 0, 0755, now(), ++lastChange);
    nodes.put(FileId.ROOT, root);
  }

  interface Work<T> {
    T run() throws ZoneException;
  }

  <T> T locked(Work<T> work) throws ZoneException {
    lock.lock();
    try {
      return work.run();
    } finally {
      lock.unlock();
    }
  }

  Timestamp now() {
    return Timestamp.of(clock.instant());
  }

  MemoryNode node(FileId id) throws ZoneException {
    MemoryNode node = nodes.get(id);
    if (node == null) {
      throw new ZoneException(ZoneError.STALE);
    }
    return node;
  }

  MemoryNode directory(FileId id) throws ZoneException {
    MemoryNode node = node(id);
    if (node.type != FileType.DIRECTORY) {
      throw new ZoneException(node.type == FileType.SYMLINK ? ZoneError.SYMLINK : ZoneError.NOTDIR);
    }
    return node;
  }

  MemoryNode regular(FileId id) throws ZoneException {
    MemoryNode node = node(id);
    if (node.type != FileType.REGULAR) {
      throw new ZoneException(
          node.type == FileType.DIRECTORY ? ZoneError.ISDIR : ZoneError.WRONG_TYPE);
    }
    return node;
  }

  void touch(MemoryNode node, boolean contents) {
    node.changed = now();
    node.change = ++lastChange;
    if (contents) {
      node.modified = node.changed;
    }
  }

  @Override
  public byte[] getXattr(Caller caller, FileId file, String name) throws ZoneException {
    return locked(() -> {
      MemoryNode node = node(file);
      MemoryRights.require(caller, node, MemoryRights.READ);
      byte[] value = node.xattrs.get(name);
      if (value == null) {
        throw new ZoneException(ZoneError.NOXATTR);
      }
      return value.clone();
    });
  }

  @Override
  public DirectoryChange setXattr(
      Caller caller, FileId file, String name, byte[] value, XattrMode mode) throws ZoneException {
    return locked(() -> {
      MemoryNode node = node(file);
      MemoryRights.requireWritable(caller);
      MemoryRights.require(caller, node, MemoryRights.WRITE);
      boolean there = node.xattrs.containsKey(name);
      if (there && mode == XattrMode.CREATE) {
        throw new ZoneException(ZoneError.EXIST);
      }
      if (!there && mode == XattrMode.REPLACE) {
        throw new ZoneException(ZoneError.NOXATTR);
      }
      long before = node.change;
      node.xattrs.put(name, value.clone());
      touch(node, false);
      return new DirectoryChange(before, node.change);
    });
  }

  @Override
  public List<String> listXattrs(Caller caller, FileId file) throws ZoneException {
    return locked(() -> List.copyOf(node(file).xattrs.keySet()));
  }

  @Override
  public DirectoryChange removeXattr(Caller caller, FileId file, String name) throws ZoneException {
    return locked(() -> {
      MemoryNode node = node(file);
      MemoryRights.requireWritable(caller);
      MemoryRights.require(caller, node, MemoryRights.WRITE);
      if (node.xattrs.remove(name) == null) {
        throw new ZoneException(ZoneError.NOXATTR);
      }
      long before = node.change;
      touch(node, false);
      return new DirectoryChange(before, node.change);
    });
  }

  @Override
  public FileAcls getAcls(Caller caller, FileId file) throws ZoneException {
    return locked(() -> {
      MemoryNode node = node(file);
      AccessControlList list = node.access == null ? AccessControlList.of(0) : node.access;
      return new FileAcls(list.withMode(node.mode), node.defaults);
    });
  }

  @Override
  public Attributes setAcls(Caller caller, FileId file, SetAcls set) throws ZoneException {
    return locked(() -> {
      MemoryNode node = node(file);
      MemoryRights.requireWritable(caller);
      if (!caller.isRoot() && caller.uid() != node.uid) {
        throw new ZoneException(ZoneError.PERM);
      }
      if (set.access() != null) {
        node.access = list(set.access());
        node.mode = node.access == null ? node.mode : (node.mode & ~0777) | node.access.mode();
      }
      if (set.defaults() != null) {
        node.defaults = list(set.defaults());
      }
      touch(node, false);
      return node.attributes();
    });
  }

  private static @Nullable AccessControlList list(SetAcls.Choice choice) {
    return switch (choice) {
      case SetAcls.Choice.None none -> null;
      case SetAcls.Choice.Given given -> given.list();
    };
  }
}
