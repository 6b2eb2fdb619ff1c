// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AccessControlList.Named;

/**
 * Entries of version 4 folded into a POSIX access control list that gives nobody more.
 *
 * <p>In version 4 the first entry that names a right decides. A caller has a right by an entry of
 * the POSIX list only if all callers whom that entry may decide for have it: what surely is about
 * them all may allow, and what may be about one of them denies. The owner may be any of the users
 * and in any of the groups, a user or a member of a group in any of the groups; the others are in
 * none that is named. Where the entries come from a POSIX list, that list is what comes out ({@link
 * PosixAces}).
 */
final class AceFold {

  private static final int NEVER = Integer.MAX_VALUE;

  /** What of the finer rights counts, as bits of a mask. */
  private static final int[] COUNTED = {
    Ace.READ_DATA, Ace.WRITE_DATA, Ace.APPEND_DATA, Ace.EXECUTE, Ace.DELETE_CHILD
  };

  /** Where each right was first allowed, and where first denied, to some. */
  private static final class Said {
    private final int[] allowed = new int[COUNTED.length];
    private final int[] denied = new int[COUNTED.length];

    Said() {
      Arrays.fill(allowed, NEVER);
      Arrays.fill(denied, NEVER);
    }

    void note(Ace ace, int at) {
      int[] first = ace.denies() ? denied : allowed;
      for (int i = 0; i < COUNTED.length; i++) {
        if ((ace.mask() & COUNTED[i]) != 0) {
          first[i] = Math.min(first[i], at);
        }
      }
    }
  }

  private final AceRights rights;
  private final Said owner = new Said();
  private final Said group = new Said();
  private final Said everyone = new Said();
  private final Said anyUser = new Said();
  private final Said anyGroup = new Said();
  private final Map<Integer, Said> users = new HashMap<>();
  private final Map<Integer, Said> groups = new HashMap<>();
  private boolean ofOwner;
  private boolean ofGroup;
  private boolean ofEveryone;

  private AceFold(List<Ace> aces, boolean directory) {
    rights = new AceRights(directory);
    int at = 0;
    for (Ace ace : aces) {
      note(ace, at++);
    }
  }

  private void note(Ace ace, int at) {
    int id = ace.who().id();
    switch (ace.who().kind()) {
      case OWNER -> {
        owner.note(ace, at);
        ofOwner = true;
      }
      case GROUP -> {
        group.note(ace, at);
        anyGroup.note(ace, at);
        ofGroup = true;
      }
      case EVERYONE -> {
        everyone.note(ace, at);
        ofEveryone = true;
      }
      case USER -> {
        users.computeIfAbsent(id, unnamed -> new Said()).note(ace, at);
        anyUser.note(ace, at);
      }
      case NAMED_GROUP -> {
        groups.computeIfAbsent(id, unnamed -> new Said()).note(ace, at);
        anyGroup.note(ace, at);
      }
    }
  }

  /**
   * The access control list of a file.
   *
   * @param aces without inheritance
   * @throws IllegalArgumentException if they name more users and groups than a list has room for
   */
  static AccessControlList of(List<Ace> aces, boolean directory) {
    AccessControlList same = PosixAces.withMask(aces, directory);
    return same == null ? new AceFold(aces, directory).list() : same;
  }

  /**
   * The default list of a directory. What it says nothing at all of, owner, owning group or others,
   * begins with what they have of the directory itself: as setfacl(1) does it, since a list for one
   * more user would else lock out all the others of what is made.
   *
   * @param aces those that are inherited, without inheritance
   * @param own the directory's own list
   */
  static AccessControlList defaults(List<Ace> aces, AccessControlList own) {
    AccessControlList same = PosixAces.withMask(aces, true);
    if (same != null) {
      return same;
    }
    AceFold fold = new AceFold(aces, true);
    AccessControlList list = fold.list();
    if (fold.ofEveryone) {
      return list;
    }
    return list(
        fold.ofOwner ? list.owner() : fold.undenied(own.owner(), fold.anyUser, fold.anyGroup),
        list.users(),
        fold.ofGroup ? list.group() : fold.undenied(own.group(), fold.anyGroup),
        list.groups(),
        own.other());
  }

  private AccessControlList list() {
    return list(
        decided(owner, anyUser, anyGroup),
        named(users),
        decided(group, anyGroup),
        named(groups),
        decided(everyone));
  }

  private static AccessControlList list(
      int owner, List<Named> users, int group, List<Named> groups, int other) {
    AccessControlList open =
        new AccessControlList(owner, users, group, groups, AceRights.ALL, other);
    boolean single = users.isEmpty() && groups.isEmpty();
    return single
        ? new AccessControlList(owner, users, group, groups, null, other)
        : open.withMode(owner << 6 | PosixAces.classRights(open) << 3 | other);
  }

  private List<Named> named(Map<Integer, Said> said) {
    List<Named> entries = new ArrayList<>(said.size());
    said.forEach((id, of) -> entries.add(new Named(id, decided(of, anyGroup))));
    return entries;
  }

  /** The rights allowed to some, as such or as everyone, before any of these denies them. */
  private int decided(Said of, Said... deniers) {
    int mask = 0;
    for (int i = 0; i < COUNTED.length; i++) {
      int denied = Math.min(of.denied[i], everyone.denied[i]);
      for (Said denier : deniers) {
        denied = Math.min(denied, denier.denied[i]);
      }
      mask |= Math.min(of.allowed[i], everyone.allowed[i]) < denied ? COUNTED[i] : 0;
    }
    return rights.in(mask);
  }

  /** The rights that none of these denies anything of. */
  private int undenied(int given, Said... deniers) {
    int mask = rights.mask(given);
    for (int i = 0; i < COUNTED.length; i++) {
      for (Said denier : deniers) {
        mask &= denier.denied[i] == NEVER ? -1 : ~COUNTED[i];
      }
    }
    return rights.in(mask);
  }
}
