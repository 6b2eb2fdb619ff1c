// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.SetAttributes.SetTime;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/**
 * Who may do what: the rules of POSIX (IEEE 1003.1, "File Access Permissions"; for access control
 * lists draft 17 of 1003.1e) as Linux applies them, in one place.
 *
 * <p>NFS adds two: the right to a file's bytes is proved at open, so that a later change of mode
 * does not take it from who has the file open; and since the older protocols have no open, an owner
 * may always reach the bytes.
 */
final class Permissions {

  static final int READ = 4;
  static final int WRITE = 2;
  static final int EXECUTE = 1;

  static final int SETUID = 04000;
  static final int SETGID = 02000;
  static final int STICKY = 01000;
  private static final int GROUP_EXECUTE = 0010;

  private Permissions() {}

  /** Whether mode and access control list give a caller all of the wanted rights. */
  static boolean allows(Caller caller, Shown file, int wanted) {
    if (caller.isRoot()) {
      boolean executable = file.type() == FileType.DIRECTORY || (file.mode() & 0111) != 0;
      return (wanted & EXECUTE) == 0 || executable;
    }
    if (caller.uid() == file.uid()) {
      return grants(file.mode() >> 6, wanted);
    }
    if (!file.xattrs().isEmpty()) {
      AccessControlList list = AccessControlList.access(file.xattrs(), file.mode());
      if (list != null) {
        return allows(caller, file.gid(), list, wanted);
      }
    }
    return grants(caller.inGroup(file.gid()) ? file.mode() >> 3 : file.mode(), wanted);
  }

  private static boolean grants(int granted, int wanted) {
    return (granted & wanted) == wanted;
  }

  /**
   * What a list says of one who is not the owner: as a user, else by any one group of the caller
   * that gives all at once, else as everyone else, who is one without any of the groups.
   */
  private static boolean allows(Caller caller, int owning, AccessControlList list, int wanted) {
    Integer limit = list.mask();
    int mask = limit == null ? READ | WRITE | EXECUTE : limit;
    for (AccessControlList.Named user : list.users()) {
      if (user.id() == caller.uid()) {
        return grants(user.rights() & mask, wanted);
      }
    }
    boolean belongs = caller.inGroup(owning);
    if (belongs && grants(list.group() & mask, wanted)) {
      return true;
    }
    for (AccessControlList.Named group : list.groups()) {
      if (caller.inGroup(group.id())) {
        belongs = true;
        if (grants(group.rights() & mask, wanted)) {
          return true;
        }
      }
    }
    return !belongs && grants(list.other(), wanted);
  }

  static void require(Caller caller, Shown file, int wanted) throws ZoneException {
    if (!allows(caller, file, wanted)) {
      throw new ZoneException(ZoneError.ACCES);
    }
  }

  /** Refuses callers who may change nothing. */
  static void requireWriter(Caller caller) throws ZoneException {
    if (caller.readOnly()) {
      throw new ZoneException(ZoneError.ROFS);
    }
  }

  /** The right to read a file's bytes: who may execute it must be able to load it. */
  static void requireBytesRead(Caller caller, Shown file) throws ZoneException {
    boolean may =
        caller.viaOpen()
            || caller.uid() == file.uid()
            || allows(caller, file, READ)
            || allows(caller, file, EXECUTE);
    if (!may) {
      throw new ZoneException(ZoneError.ACCES);
    }
  }

  static void requireBytesWrite(Caller caller, Shown file) throws ZoneException {
    requireWriter(caller);
    if (!caller.viaOpen() && caller.uid() != file.uid()) {
      require(caller, file, WRITE);
    }
  }

  /** The right to search a directory; says what stands in the way if it is none. */
  static void requireSearch(Caller caller, Shown directory) throws ZoneException {
    requireDirectory(directory);
    require(caller, directory, EXECUTE);
  }

  static void requireDirectory(Shown directory) throws ZoneException {
    if (directory.type() != FileType.DIRECTORY) {
      boolean link = directory.type() == FileType.SYMLINK;
      throw new ZoneException(link ? ZoneError.SYMLINK : ZoneError.NOTDIR);
    }
  }

  /** The right to add a name to a directory. */
  static void requireAdd(Caller caller, Shown directory) throws ZoneException {
    requireDirectory(directory);
    requireWriter(caller);
    require(caller, directory, WRITE | EXECUTE);
  }

  /** The right to take a name out of a directory: in a sticky one only of one's own. */
  static void requireRemove(Caller caller, Shown directory, Shown file) throws ZoneException {
    requireAdd(caller, directory);
    boolean sticky = (directory.mode() & STICKY) != 0;
    boolean own = caller.uid() == file.uid() || caller.uid() == directory.uid();
    if (sticky && !own && !caller.isRoot()) {
      throw new ZoneException(ZoneError.PERM);
    }
  }

  /** The right to set the attributes. */
  static void requireSet(Caller caller, Shown file, SetAttributes set) throws ZoneException {
    requireWriter(caller);
    boolean owner = caller.isRoot() || caller.uid() == file.uid();
    Integer uid = set.uid();
    Integer gid = set.gid();
    boolean givesAway = uid != null && uid != file.uid() && !caller.isRoot();
    boolean regroups = gid != null && gid != file.gid() && !caller.isRoot();
    boolean foreignGroup = regroups && gid != null && !caller.inGroup(gid);
    boolean ownersOnly =
        set.mode() != null
            || uid != null
            || gid != null
            || set.accessed() instanceof SetTime.Given
            || set.modified() instanceof SetTime.Given;
    if (givesAway || foreignGroup || (ownersOnly && !owner)) {
      throw new ZoneException(ZoneError.PERM);
    }
    boolean touches = set.accessed() != null || set.modified() != null;
    if (touches && !owner && !caller.viaOpen()) {
      require(caller, file, WRITE);
    }
    if (set.size() != null) {
      requireBytesWrite(caller, file);
    }
  }

  /** The right to set access control lists. */
  static void requireSetAcls(Caller caller, Shown file, SetAcls set) throws ZoneException {
    requireWriter(caller);
    if (file.type() == FileType.SYMLINK) {
      throw new ZoneException(ZoneError.NOTSUPP);
    }
    if (!caller.isRoot() && caller.uid() != file.uid()) {
      throw new ZoneException(ZoneError.PERM);
    }
    boolean givesDefault = set.defaults() instanceof SetAcls.Choice.Given;
    if (givesDefault && file.type() != FileType.DIRECTORY) {
      throw new ZoneException(ZoneError.ACCES);
    }
  }

  /** The mode after a caller set an access control list. */
  static int modeAfterAcl(Caller caller, Shown file, AccessControlList list) {
    int special = file.mode() & ~0777;
    boolean foreign = !caller.isRoot() && !caller.inGroup(file.gid());
    return list.mode() | (foreign ? special & ~SETGID : special);
  }

  /** The mode after a change of mode or owner: whoever may not keep a special bit loses it. */
  static int modeAfterSet(Caller caller, Shown file, SetAttributes set) {
    Integer wanted = set.mode();
    int mode = wanted == null ? file.mode() : wanted & 07777;
    Integer newGroup = set.gid();
    int group = newGroup == null ? file.gid() : newGroup;
    if (wanted != null && !caller.isRoot() && !caller.inGroup(group)) {
      mode &= ~SETGID;
    }
    boolean chown = set.uid() != null || newGroup != null;
    if (chown && file.type() != FileType.DIRECTORY) {
      mode = withoutPrivileges(caller, file.gid(), mode);
    }
    return mode;
  }

  /** The mode after a caller wrote to a file. */
  static int modeAfterWrite(Caller caller, Shown file) {
    return caller.isRoot() ? file.mode() : withoutPrivileges(caller, file.gid(), file.mode());
  }

  private static int withoutPrivileges(Caller caller, int group, int mode) {
    int left = mode & ~SETUID;
    // Without group execution the bit grants nothing; only, who could not set it does not keep it.
    boolean keeps = (left & GROUP_EXECUTE) == 0 && (caller.isRoot() || caller.inGroup(group));
    return keeps ? left : left & ~SETGID;
  }

  /** The group of something new: the directory's where that has setgid, else the caller's. */
  static int newGroup(Caller caller, Shown directory) {
    return (directory.mode() & SETGID) != 0 ? directory.gid() : caller.gid();
  }

  /** The mode of something new. */
  static int newMode(Caller caller, Shown directory, FileType type, int wanted, int group) {
    int mode = wanted & 07777;
    if (type == FileType.DIRECTORY) {
      return mode | (directory.mode() & SETGID);
    }
    boolean foreign = !caller.isRoot() && !caller.inGroup(group);
    return foreign ? mode & ~SETGID : mode;
  }

  /** Owners given at creation: only what a change of owner right after would allow. */
  static void requireNewOwner(Caller caller, SetAttributes set, int group) throws ZoneException {
    Integer uid = set.uid();
    Integer gid = set.gid();
    boolean foreignUser = uid != null && uid != caller.uid();
    boolean foreignGroup = gid != null && gid != group && !caller.inGroup(gid);
    if (!caller.isRoot() && (foreignUser || foreignGroup)) {
      throw new ZoneException(ZoneError.PERM);
    }
  }

  /** Which of the wanted bits of {@link ZoneFileSystem#access} a caller has. */
  static int access(Caller caller, Shown file, int wanted) {
    boolean directory = file.type() == FileType.DIRECTORY;
    boolean write = !caller.readOnly() && allows(caller, file, WRITE);
    int granted = 0;
    if (allows(caller, file, READ)) {
      granted |=
          ZoneFileSystem.ACCESS_READ
              | ZoneFileSystem.ACCESS_XATTR_READ
              | ZoneFileSystem.ACCESS_XATTR_LIST;
    }
    if (allows(caller, file, EXECUTE)) {
      granted |= directory ? ZoneFileSystem.ACCESS_LOOKUP : ZoneFileSystem.ACCESS_EXECUTE;
    }
    if (write) {
      granted |=
          ZoneFileSystem.ACCESS_MODIFY
              | ZoneFileSystem.ACCESS_EXTEND
              | ZoneFileSystem.ACCESS_XATTR_WRITE;
    }
    if (directory && write && allows(caller, file, EXECUTE)) {
      granted |= ZoneFileSystem.ACCESS_DELETE;
    }
    return granted & wanted;
  }
}
