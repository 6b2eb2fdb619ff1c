// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What this node tells of its own zones, and in which order: those changed within the last few
 * seconds first, the latest change before the others, then the rest in turn, so that each is told
 * of within a bounded number of packets.
 */
final class ZoneBoard {
  private static final long FRESH = 3_000_000_000L;

  private final LinkedHashMap<ZoneId, ZoneStatus> statuses = new LinkedHashMap<>();
  private final LinkedHashMap<ZoneId, Long> changedAt = new LinkedHashMap<>();
  private final Map<ZoneId, Set<NodeId>> members = new HashMap<>();
  private final LinkedHashSet<ZoneId> unannounced = new LinkedHashSet<>();

  /** Takes a status; says whether it is news that others should hear at once. */
  boolean publish(ZoneStatus status, long now) {
    ZoneStatus before = statuses.get(status.zone());
    if (status.equals(before)) {
      return false;
    }
    if (before == null && statuses.size() >= Limits.OWN_ZONES) {
      throw new IllegalStateException("a node publishes at most " + Limits.OWN_ZONES + " zones");
    }
    statuses.put(status.zone(), status);
    boolean news =
        before == null
            || before.digest() != status.digest()
            || before.stateDigest() != status.stateDigest();
    if (news) {
      changedAt.remove(status.zone());
      changedAt.put(status.zone(), now);
      unannounced.add(status.zone());
    }
    return news;
  }

  void withdraw(ZoneId zone) {
    statuses.remove(zone);
    changedAt.remove(zone);
    unannounced.remove(zone);
    members.remove(zone);
  }

  void setMembers(ZoneId zone, Set<NodeId> nodes) {
    members.put(zone, Set.copyOf(nodes));
  }

  /** Whether {@code node}, which spoke of these zones, is a member of one of {@code zones}. */
  boolean concerns(NodeId node, Set<ZoneId> itsZones, Collection<ZoneId> zones) {
    for (ZoneId zone : zones) {
      Set<NodeId> known = members.get(zone);
      if (known == null ? itsZones.contains(zone) : known.contains(node)) {
        return true;
      }
    }
    return false;
  }

  /** The zones whose members have not been told, which counts as done now. */
  Set<ZoneId> takeUnannounced() {
    Set<ZoneId> taken = Set.copyOf(unannounced);
    unannounced.clear();
    return taken;
  }

  /** The zones that changed within the last 3 s. */
  Set<ZoneId> fresh(long now) {
    changedAt.values().removeIf(at -> now - at > FRESH);
    return Set.copyOf(changedAt.keySet());
  }

  /** The next statuses to tell, best first; at most as many as any packet can hold. */
  List<ZoneStatus> next(long now) {
    fresh(now);
    List<ZoneStatus> next = new ArrayList<>();
    for (ZoneId zone : changedAt.sequencedKeySet().reversed()) {
      if (next.size() == Limits.ZONES) {
        return next;
      }
      next.add(Objects.requireNonNull(statuses.get(zone)));
    }
    for (ZoneStatus status : statuses.values()) {
      if (next.size() == Limits.ZONES) {
        return next;
      }
      if (!changedAt.containsKey(status.zone())) {
        next.add(status);
      }
    }
    return next;
  }

  /**
   * The first {@code count} of {@code offered} have been told: their turn comes again after all
   * others.
   */
  void told(List<ZoneStatus> offered, int count) {
    for (ZoneStatus status : offered.subList(0, count)) {
      ZoneStatus current = statuses.get(status.zone());
      if (current != null) {
        statuses.putLast(status.zone(), current);
      }
    }
    // With more changes than fit, those told go behind those that were left out.
    if (count < offered.size()) {
      for (ZoneStatus status : offered.subList(0, count)) {
        Long at = changedAt.get(status.zone());
        if (at != null) {
          changedAt.putFirst(status.zone(), at);
        }
      }
    }
  }
}
