// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.memory;

import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/** Who may do what, by mode bits. */
final class MemoryRights {

  static final int READ = 4;
  static final int WRITE = 2;
  static final int EXECUTE = 1;
  static final int STICKY = 01000;
  static final int SETGID = 02000;

  private MemoryRights() {}

  static boolean has(Caller caller, MemoryNode node, int bits) {
    if (caller.isRoot()) {
      boolean execute = (bits & EXECUTE) != 0 && node.type != FileType.DIRECTORY;
      return !execute || (node.mode & 0111) != 0;
    }
    int shift = caller.uid() == node.uid ? 6 : caller.inGroup(node.gid) ? 3 : 0;
    return (node.mode >> shift & bits) == bits;
  }

  static void require(Caller caller, MemoryNode node, int bits) throws ZoneException {
    if (!has(caller, node, bits)) {
      throw new ZoneException(ZoneError.ACCES);
    }
  }

  static void requireWritable(Caller caller) throws ZoneException {
    if (caller.readOnly()) {
      throw new ZoneException(ZoneError.ROFS);
    }
  }

  static void requireRemovable(Caller caller, MemoryNode dir, MemoryNode node)
      throws ZoneException {
    require(caller, dir, WRITE | EXECUTE);
    boolean sticky = (dir.mode & STICKY) != 0;
    if (sticky && !caller.isRoot() && caller.uid() != node.uid && caller.uid() != dir.uid) {
      throw new ZoneException(ZoneError.PERM);
    }
  }

  static int access(Caller caller, MemoryNode node, int wanted) {
    int granted = 0;
    if (has(caller, node, READ)) {
      granted |= ZoneFileSystem.ACCESS_READ | ZoneFileSystem.ACCESS_XATTR_READ;
      granted |= ZoneFileSystem.ACCESS_XATTR_LIST;
    }
    if (has(caller, node, WRITE) && !caller.readOnly()) {
      granted |= ZoneFileSystem.ACCESS_MODIFY | ZoneFileSystem.ACCESS_EXTEND;
      granted |= ZoneFileSystem.ACCESS_XATTR_WRITE;
      granted |= node.type == FileType.DIRECTORY ? ZoneFileSystem.ACCESS_DELETE : 0;
    }
    if (has(caller, node, EXECUTE)) {
      granted |=
          node.type == FileType.DIRECTORY
              ? ZoneFileSystem.ACCESS_LOOKUP
              : ZoneFileSystem.ACCESS_EXECUTE;
    }
    return granted & wanted;
  }

  static void requireMaySet(Caller caller, MemoryNode node, SetAttributes set)
      throws ZoneException {
    boolean owner = caller.isRoot() || caller.uid() == node.uid;
    boolean toGroup = set.gid() == null || set.gid() == node.gid || caller.inGroup(set.gid());
    boolean toUser = set.uid() == null || set.uid() == node.uid;
    boolean given =
        set.accessed() instanceof SetTime.Given || set.modified() instanceof SetTime.Given;
    boolean ownerOnly = set.mode() != null || set.uid() != null || set.gid() != null || given;
    if (!caller.isRoot() && (!toUser || !toGroup || (ownerOnly && !owner))) {
      throw new ZoneException(ZoneError.PERM);
    }
    boolean now = set.accessed() instanceof SetTime.Now || set.modified() instanceof SetTime.Now;
    if (now && !owner) {
      require(caller, node, WRITE);
    }
    if (set.size() != null && !caller.viaOpen()) {
      require(caller, node, WRITE);
    }
  }
}
