// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.AccessControlList.Named;

/**
 * A caller as access control lists see it, asked of both kinds by their own rules: written down
 * here a second time, straight from RFC 8881, section 6.2.1, and POSIX 1003.1e draft 17, 23.1.5.
 *
 * @param owner whether the file is theirs
 * @param uid their number
 * @param owning whether they are in the owning group
 * @param groups the groups that they are in beside
 */
record Someone(boolean owner, int uid, boolean owning, Set<Integer> groups) {

  static final int IDS = 5;

  static Someone any(RandomGenerator random) {
    Set<Integer> groups = new HashSet<>();
    for (int id = 1; id <= IDS; id++) {
      if (random.nextInt(3) == 0) {
        groups.add(id);
      }
    }
    return new Someone(
        random.nextInt(4) == 0, 1 + random.nextInt(IDS + 1), random.nextInt(3) == 0, groups);
  }

  private boolean is(Ace.Who who) {
    return switch (who.kind()) {
      case OWNER -> owner;
      case GROUP -> owning;
      case EVERYONE -> true;
      case USER -> who.id() == uid;
      case NAMED_GROUP -> groups.contains(who.id());
    };
  }

  /** Whether the first entry about each of these rights allows it. */
  boolean may(List<Ace> aces, int mask) {
    int left = mask;
    for (Ace ace : aces) {
      if (is(ace.who())) {
        if (ace.denies() && (ace.mask() & left) != 0) {
          return false;
        }
        left &= ace.denies() ? left : ~ace.mask();
      }
    }
    return left == 0;
  }

  /** Whether a list gives all of some rights. */
  boolean may(AccessControlList list, int rights) {
    if (owner) {
      return (list.owner() & rights) == rights;
    }
    Integer limit = list.mask();
    int mask = limit == null ? 7 : limit;
    for (Named user : list.users()) {
      if (user.id() == uid) {
        return (user.rights() & mask & rights) == rights;
      }
    }
    List<Integer> having = new ArrayList<>();
    if (owning) {
      having.add(list.group() & mask);
    }
    for (Named group : list.groups()) {
      if (groups.contains(group.id())) {
        having.add(group.rights() & mask);
      }
    }
    return having.isEmpty()
        ? (list.other() & rights) == rights
        : having.stream().anyMatch(given -> (given & rights) == rights);
  }
}
