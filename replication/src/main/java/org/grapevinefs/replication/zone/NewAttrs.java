// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.TreeMap;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;

/**
 * What something new begins with: of what was asked for, what its maker and its directory allow.
 */
final class NewAttrs {

  /** Where an exclusive create keeps its verifier; not shown to clients. */
  static final String VERIFIER = "\0verifier";

  private NewAttrs() {}

  static AttrsChange of(
      Caller caller, Shown parent, FileType type, SetAttributes set, CreateMode how, Timestamp now)
      throws ZoneException {
    int inherited = Permissions.newGroup(caller, parent);
    Permissions.requireNewOwner(caller, set, inherited);
    Integer uid = set.uid();
    Integer gid = set.gid();
    int group = gid == null ? inherited : gid;
    AccessControlList defaults =
        type == FileType.SYMLINK ? null : AccessControlList.defaults(parent.xattrs());
    int wanted = wanted(type, set, defaults != null);
    int mode = Permissions.newMode(caller, parent, type, wanted, group);
    SortedMap<String, Bytes> xattrs = new TreeMap<>();
    if (how instanceof CreateMode.Exclusive exclusive) {
      xattrs.put(VERIFIER, verifier(exclusive.verifier()));
    }
    if (defaults != null) {
      // POSIX 1003.1e draft 17, section 23.1.3.
      AccessControlList access = defaults.limitedTo(mode);
      access.putAccess(xattrs);
      mode = (mode & ~0777) | access.mode();
      if (type == FileType.DIRECTORY) {
        xattrs.put(AccessControlList.DEFAULT, defaults.encode());
      }
    }
    return new AttrsChange(
        mode,
        uid == null ? caller.uid() : uid,
        group,
        time(set.accessed(), now),
        time(set.modified(), now),
        xattrs.isEmpty() ? null : xattrs);
  }

  /** A default list takes the place of the umask. */
  private static int wanted(FileType type, SetAttributes set, boolean hasDefaults) {
    if (type == FileType.SYMLINK) {
      return 0777;
    }
    Integer unmasked = set.unmasked();
    Integer given = hasDefaults && unmasked != null ? unmasked : set.mode();
    int plain = type == FileType.DIRECTORY ? 0700 : 0600;
    return given == null ? plain : given;
  }

  static Bytes verifier(long value) {
    return Bytes.of(ByteBuffer.allocate(8).putLong(value).array());
  }

  /** Whether there is an access control list among extended attributes. */
  static boolean hasLists(SortedMap<String, Bytes> xattrs) {
    return xattrs.containsKey(AccessControlList.ACCESS)
        || xattrs.containsKey(AccessControlList.DEFAULT);
  }

  private static @Nullable Timestamp time(@Nullable SetTime time, Timestamp now) {
    return switch (time) {
      case null -> null;
      case SetTime.Now unnamed -> now;
      case SetTime.Given given -> given.time();
    };
  }
}
