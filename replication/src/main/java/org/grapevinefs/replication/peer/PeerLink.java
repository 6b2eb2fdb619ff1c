// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.grapevinefs.gossip.NodeAddress;
import org.grapevinefs.gossip.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * The connections with one peer, at most one for each lane that lasts.
 *
 * <p>Both sides may dial at the same time. Both then keep the one that the node with the smaller id
 * dialled, and of two by the same node the later. The loser finishes its calls and closes.
 */
final class PeerLink {
  private static final int RUN_SHIFT = 20;

  private final NodeId peer;
  private final Map<Lane, PeerConnection> up = new EnumMap<>(Lane.class);
  private final List<Backoff> backoffs;
  private final Map<Lane, Boolean> dialling = new EnumMap<>(Lane.class);
  private int nextAddress;

  PeerLink(NodeId peer, long firstMillis, long mostMillis) {
    this.peer = peer;
    this.backoffs =
        Arrays.stream(Lane.values())
            .map(lane -> new Backoff(firstMillis, mostMillis, new SplittableRandom()))
            .toList();
  }

  NodeId peer() {
    return peer;
  }

  /** The connection to use, if there is one. */
  synchronized @Nullable PeerConnection connection(Lane lane) {
    PeerConnection connection = up.get(lane);
    return connection != null && connection.isOpen() ? connection : null;
  }

  /** Whether to dial now; if so, it counts as being dialled until {@link #dialled}. */
  synchronized boolean startDial(Lane lane) {
    if (connection(lane) != null || dialling.getOrDefault(lane, false)) {
      return false;
    }
    dialling.put(lane, true);
    return true;
  }

  /** Takes back {@link #startDial}; returns the milliseconds to wait before the next attempt. */
  synchronized long dialFailed(Lane lane) {
    dialling.put(lane, false);
    nextAddress++;
    return backoffs.get(ZoneWire.number(lane)).failed();
  }

  synchronized NodeAddress pick(List<NodeAddress> addresses) {
    return addresses.get(Math.floorMod(nextAddress, addresses.size()));
  }

  /** Takes in a connection that is ready; returns the one that lost its place, or null. */
  synchronized @Nullable PeerConnection ready(PeerConnection connection) {
    Lane lane = connection.lane();
    backoffs.get(ZoneWire.number(lane)).succeeded();
    if (connection.dialled() != null) {
      dialling.put(lane, false);
    }
    PeerConnection before = connection(lane);
    if (before == null) {
      up.put(lane, connection);
      return null;
    }
    if (beats(connection, before)) {
      up.put(lane, connection);
      return before;
    }
    return connection;
  }

  private static boolean beats(PeerConnection fresh, PeerConnection before) {
    if (fresh.dialler().equals(before.dialler())) {
      return fresh.attempt() > before.attempt();
    }
    return fresh.dialler().compareTo(before.dialler()) < 0;
  }

  /** Notes that a connection is gone; whether it was the one in use. */
  synchronized boolean closed(PeerConnection connection) {
    return up.remove(connection.lane(), connection);
  }

  synchronized List<PeerConnection> all() {
    return List.copyOf(up.values());
  }

  static long firstAttempt(long millis) {
    return millis << RUN_SHIFT;
  }
}
