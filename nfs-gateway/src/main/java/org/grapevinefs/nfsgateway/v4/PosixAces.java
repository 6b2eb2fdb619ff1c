// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AccessControlList.Named;
import org.jspecify.annotations.Nullable;

/**
 * A POSIX access control list in entries of version 4, and back again.
 *
 * <p>In version 4 the first entry that names a right and a caller decides, whatever the caller else
 * is. In a POSIX list a caller is one thing only: the owner, or else a named user, or else of some
 * groups, of which any may give the right, or else one of the others. So
 * (draft-ietf-nfsv4-acl-mapping):
 *
 * <ul>
 *   <li>owner and users come first, and each is denied what it lacks and a later entry allows;
 *   <li>then all groups are allowed what they have, and only after that denied what they lack and
 *       the others have;
 *   <li>then everyone is allowed what the others have.
 * </ul>
 *
 * <p>What the mask takes away from a user or group is denied right before it is allowed. Mostly the
 * mask is what users and groups have together, and then there is no more to it. Where it is more or
 * less than that, it shows in an entry that denies the owning group all that the mask lacks, and
 * also to give the file away, which indeed none of them may: so a list that a client sets as it got
 * it is the same one again, and a mode changed later means the same.
 */
final class PosixAces {

  private final AceRights rights;
  private final int inheritance;
  private final List<Ace> aces = new ArrayList<>();

  private PosixAces(boolean directory, int inheritance) {
    this.rights = new AceRights(directory);
    this.inheritance = inheritance;
  }

  /**
   * The entries that say what a list says.
   *
   * @param inheritance what each of them has of {@link Ace#INHERITANCE}
   */
  static List<Ace> of(AccessControlList list, boolean directory, int inheritance) {
    PosixAces made = new PosixAces(directory, inheritance);
    made.add(list);
    return made.aces;
  }

  private void add(AccessControlList list) {
    Integer limit = list.mask();
    int mask = limit == null ? AceRights.ALL : limit;
    boolean marked = limit != null && mask != classRights(list);
    int classes = classRights(list) & mask;
    int ofGroups = (list.group() | union(list.groups())) & mask;
    deny(Ace.Who.OWNER, ~list.owner() & (classes | list.other()));
    allow(Ace.Who.OWNER, list.owner());
    for (Named user : list.users()) {
      Ace.Who who = Ace.Who.user(user.id());
      int lacks = ~(user.rights() & mask) & (ofGroups | list.other());
      deny(who, lacks | (user.rights() & ~mask));
      allow(who, user.rights());
    }
    addGroups(list, mask, marked);
    allow(Ace.Who.EVERYONE, list.other());
  }

  private void addGroups(AccessControlList list, int mask, boolean marked) {
    int hidden = ~mask & AceRights.ALL;
    if (marked) {
      int bits = rights.mask(hidden) | Ace.WRITE_OWNER;
      aces.add(new Ace(true, inheritance, bits, Ace.Who.GROUP));
    }
    allow(Ace.Who.GROUP, list.group());
    for (Named group : list.groups()) {
      Ace.Who who = Ace.Who.group(group.id());
      deny(who, group.rights() & hidden);
      allow(who, group.rights());
    }
    deny(Ace.Who.GROUP, ~list.group() & list.other() & (marked ? mask : AceRights.ALL));
    for (Named group : list.groups()) {
      deny(Ace.Who.group(group.id()), ~group.rights() & list.other());
    }
  }

  private void allow(Ace.Who who, int granted) {
    aces.add(new Ace(false, inheritance, rights.allowed(granted, who.kind()), who));
  }

  private void deny(Ace.Who who, int denied) {
    int bits = rights.mask(denied);
    if (bits != 0) {
      aces.add(new Ace(true, inheritance, bits, who));
    }
  }

  /** What users, group and groups have together, whatever the mask. */
  static int classRights(AccessControlList list) {
    return list.group() | union(list.users()) | union(list.groups());
  }

  private static int union(List<Named> entries) {
    int all = 0;
    for (Named entry : entries) {
      all |= entry.rights();
    }
    return all;
  }

  /**
   * The list with a mask of its own that these are the entries of, without inheritance; null if
   * they are of no such list.
   */
  static @Nullable AccessControlList withMask(List<Ace> aces, boolean directory) {
    AceRights rights = new AceRights(directory);
    Integer mask = null;
    List<Named> users = new ArrayList<>();
    List<Named> groups = new ArrayList<>();
    Map<Ace.Kind, Integer> single = new EnumMap<>(Ace.Kind.class);
    for (Ace ace : aces) {
      Ace.Kind kind = ace.who().kind();
      int given = rights.in(ace.mask());
      if (ace.denies()) {
        boolean marks = kind == Ace.Kind.GROUP && (ace.mask() & Ace.WRITE_OWNER) != 0;
        mask = marks ? (Integer) (~given & AceRights.ALL) : mask;
        continue;
      }
      switch (kind) {
        case OWNER, GROUP, EVERYONE -> single.put(kind, given);
        case USER -> users.add(new Named(ace.who().id(), given));
        case NAMED_GROUP -> groups.add(new Named(ace.who().id(), given));
      }
    }
    return mask == null ? null : confirmed(aces, directory, single, users, groups, mask);
  }

  private static @Nullable AccessControlList confirmed(
      List<Ace> aces,
      boolean directory,
      Map<Ace.Kind, Integer> single,
      List<Named> users,
      List<Named> groups,
      int mask) {
    try {
      AccessControlList list =
          new AccessControlList(
              single.getOrDefault(Ace.Kind.OWNER, 0),
              users,
              single.getOrDefault(Ace.Kind.GROUP, 0),
              groups,
              mask,
              single.getOrDefault(Ace.Kind.EVERYONE, 0));
      return of(list, directory, 0).equals(aces) ? list : null;
    } catch (IllegalArgumentException e) {
      // One user or group twice, or too many: no list has such entries.
      return null;
    }
  }
}
