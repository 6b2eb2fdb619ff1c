// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * An access control list as POSIX 1003.1e draft 17 and acl(5) have it: rights of single users and
 * groups beside those of the owner, the owning group and everyone else.
 *
 * <p>Rights are three bits: read 4, write 2, execute or search 1. Of a file's list the rights of
 * the owner, of everyone else and of the mask are its mode's: only {@link #withMode} gives what
 * counts. A directory's default list is what those made in it begin with; it has a mode of its own.
 *
 * @param owner rights of the owner
 * @param users of single users, by ascending id
 * @param group rights of the owning group
 * @param groups of single groups, by ascending id
 * @param mask the most that users, group and groups may have; null only where there are none
 * @param other rights of everyone else
 */
public record AccessControlList(
    int owner,
    List<Named> users,
    int group,
    List<Named> groups,
    @Nullable Integer mask,
    int other) {

  /** Under which name of a file's extended attributes its list is kept, without its mode. */
  public static final String ACCESS = "\0acl";

  /** Under which name a directory's default list is kept. */
  public static final String DEFAULT = "\0default-acl";

  /** The most entries of a list, those of owner, group, mask and others too. */
  public static final int MAX_ENTRIES = 1_024;

  private static final int ALL = 7;
  private static final int BASE = 4;
  private static final int VERSION = 2;
  private static final int HEADER = 4;
  private static final int ENTRY = 8;
  private static final int NO_ID = -1;

  private static final int OWNER = 0x01;
  private static final int USER = 0x02;
  private static final int GROUP = 0x04;
  private static final int NAMED_GROUP = 0x08;
  private static final int MASK = 0x10;
  private static final int OTHER = 0x20;

  /**
   * The rights of one user or group.
   *
   * @param id its number, unsigned
   * @param rights three bits
   */
  public record Named(int id, int rights) {
    /** Checks. */
    public Named {
      if (id == NO_ID) {
        throw new IllegalArgumentException("nobody has this number");
      }
      requireRights(rights);
    }
  }

  /**
   * Checks and sorts.
   *
   * @throws IllegalArgumentException if rights have more than three bits, an id comes twice, there
   *     are too many, or some without a mask
   */
  public AccessControlList {
    requireRights(owner);
    requireRights(group);
    requireRights(other);
    if (mask != null) {
      requireRights(mask);
    } else if (!users.isEmpty() || !groups.isEmpty()) {
      throw new IllegalArgumentException("rights of single users or groups without a mask");
    }
    if (users.size() > MAX_ENTRIES || groups.size() > MAX_ENTRIES - BASE - users.size()) {
      throw new IllegalArgumentException("more than " + MAX_ENTRIES + " entries");
    }
    users = sorted(users);
    groups = sorted(groups);
  }

  private static void requireRights(int rights) {
    if ((rights & ~ALL) != 0) {
      throw new IllegalArgumentException("rights have three bits");
    }
  }

  private static List<Named> sorted(List<Named> entries) {
    List<Named> list = new ArrayList<>(entries);
    list.sort(Comparator.comparingLong(named -> Integer.toUnsignedLong(named.id())));
    for (int i = 1; i < list.size(); i++) {
      if (list.get(i).id() == list.get(i - 1).id()) {
        throw new IllegalArgumentException("two entries for one id");
      }
    }
    return List.copyOf(list);
  }

  /** The list that says no more than a mode does. */
  public static AccessControlList of(int mode) {
    return new AccessControlList(
        mode >> 6 & ALL, List.of(), mode >> 3 & ALL, List.of(), null, mode & ALL);
  }

  /** Whether the list says no more than a mode does. */
  public boolean isMinimal() {
    return mask == null;
  }

  /** The nine permission bits: with a mask, that stands for the group. */
  public int mode() {
    return owner << 6 | (mask == null ? group : mask) << 3 | other;
  }

  /** The list after its file got a mode. */
  public AccessControlList withMode(int mode) {
    int middle = mode >> 3 & ALL;
    return new AccessControlList(
        mode >> 6 & ALL,
        users,
        mask == null ? middle : group,
        groups,
        mask == null ? null : (Integer) middle,
        mode & ALL);
  }

  /** As a default list, what a file begins with that is made with a mode. */
  public AccessControlList limitedTo(int mode) {
    return withMode(mode() & mode);
  }

  /** Puts a file's list among its extended attributes; what its mode says already is left out. */
  public void putAccess(SortedMap<String, Bytes> xattrs) {
    if (isMinimal()) {
      xattrs.remove(ACCESS);
    } else {
      xattrs.put(ACCESS, withMode(0).encode());
    }
  }

  /** The list of a file with these extended attributes and this mode; null if the mode says all. */
  public static @Nullable AccessControlList access(SortedMap<String, Bytes> xattrs, int mode) {
    AccessControlList list = decoded(xattrs.get(ACCESS));
    return list == null || list.isMinimal() ? null : list.withMode(mode);
  }

  /** The default list of a directory with these extended attributes. */
  public static @Nullable AccessControlList defaults(SortedMap<String, Bytes> xattrs) {
    return decoded(xattrs.get(DEFAULT));
  }

  /** What makes no sense may have come from anywhere, and counts as none. */
  private static @Nullable AccessControlList decoded(@Nullable Bytes bytes) {
    try {
      return bytes == null ? null : decode(bytes);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The list as Linux keeps it in extended attributes: its version 2. */
  public Bytes encode() {
    int count = users.size() + groups.size() + (mask == null ? BASE - 1 : BASE);
    ByteBuffer out = ByteBuffer.allocate(HEADER + count * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(VERSION);
    put(out, OWNER, NO_ID, owner);
    users.forEach(user -> put(out, USER, user.id(), user.rights()));
    put(out, GROUP, NO_ID, group);
    groups.forEach(named -> put(out, NAMED_GROUP, named.id(), named.rights()));
    if (mask != null) {
      put(out, MASK, NO_ID, mask);
    }
    put(out, OTHER, NO_ID, other);
    return Bytes.of(out.array());
  }

  private static void put(ByteBuffer out, int tag, int id, int rights) {
    out.putShort((short) tag).putShort((short) rights).putInt(id);
  }

  /**
   * Reads what {@link #encode} writes, in any order.
   *
   * @throws IllegalArgumentException if it is no list
   */
  public static AccessControlList decode(Bytes bytes) {
    int length = bytes.length() - HEADER;
    if (length < 0 || length % ENTRY != 0 || length / ENTRY > MAX_ENTRIES) {
      throw new IllegalArgumentException("not the length of a list");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes.toArray()).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != VERSION) {
      throw new IllegalArgumentException("another version of lists");
    }
    Entries entries = new Entries();
    while (in.hasRemaining()) {
      entries.add(in.getShort(), in.getShort(), in.getInt());
    }
    return entries.list();
  }

  /** A list in the making, of entries with the tags of acl(5). Not thread-safe. */
  public static final class Entries {

    private final List<Named> users = new ArrayList<>();
    private final List<Named> groups = new ArrayList<>();
    private @Nullable Integer owner;
    private @Nullable Integer group;
    private @Nullable Integer mask;
    private @Nullable Integer other;

    /** None yet. */
    public Entries() {}

    /**
     * One more.
     *
     * @throws IllegalArgumentException if it comes twice, or is of no known kind
     */
    public void add(int tag, int rights, int id) {
      switch (tag) {
        case OWNER -> owner = only(owner, rights);
        case USER -> users.add(new Named(id, rights));
        case GROUP -> group = only(group, rights);
        case NAMED_GROUP -> groups.add(new Named(id, rights));
        case MASK -> mask = only(mask, rights);
        case OTHER -> other = only(other, rights);
        default -> throw new IllegalArgumentException("no such kind of entry");
      }
    }

    private static Integer only(@Nullable Integer before, int rights) {
      if (before != null) {
        throw new IllegalArgumentException("two entries of one kind");
      }
      return rights;
    }

    /**
     * The list.
     *
     * @throws IllegalArgumentException if it is none
     */
    public AccessControlList list() {
      Integer ofOwner = owner;
      Integer ofGroup = group;
      Integer ofOther = other;
      if (ofOwner == null || ofGroup == null || ofOther == null) {
        throw new IllegalArgumentException("an entry that each list has is missing");
      }
      return new AccessControlList(ofOwner, users, ofGroup, groups, mask, ofOther);
    }
  }
}
