// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Device;
import org.jspecify.annotations.Nullable;

/** One file, directory, link or device. Guarded by the zone's lock. */
final class MemoryNode {

  /** One name in a directory. */
  record Entry(EntryName name, long cookie, MemoryNode node) {}

  final FileId id;
  final FileType type;
  final MemoryContent content = new MemoryContent();
  final Map<EntryName, Entry> entries = new HashMap<>();
  final TreeMap<Long, Entry> byCookie = new TreeMap<>();
  final TreeMap<String, byte[]> xattrs = new TreeMap<>();
  @Nullable AccessControlList access;
  @Nullable AccessControlList defaults;
  byte[] target = {};
  Device device = Device.NONE;
  MemoryNode parent = this;
  long verifier;
  int mode;
  int links;
  int uid;
  int gid;
  int opens;
  int subdirectories;
  long lastCookie = 2;
  long change;
  Timestamp accessed;
  Timestamp modified;
  Timestamp changed;
  final Timestamp created;

  MemoryNode(FileId id, FileType type, int uid, int gid, int mode, Timestamp now, long change) {
    this.id = id;
    this.type = type;
    this.uid = uid;
    this.gid = gid;
    this.mode = mode;
    this.accessed = now;
    this.modified = now;
    this.changed = now;
    this.created = now;
    this.change = change;
  }

  long size() {
    return switch (type) {
      case REGULAR -> content.size();
      case SYMLINK -> target.length;
      case DIRECTORY -> 4096;
      default -> 0;
    };
  }

  Attributes attributes() {
    int count = type == FileType.DIRECTORY ? 2 + subdirectories : links;
    return new Attributes(
        id,
        type,
        mode,
        count,
        uid,
        gid,
        size(),
        content.used(),
        device,
        accessed,
        modified,
        changed,
        created,
        change);
  }
}
