// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A mesh of cores on a simulated network, in one thread, from one seed. Nodes are numbered from 0.
 */
final class SimulatedMesh {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000 * MILLI;

  final List<GossipCore> cores = new ArrayList<>();
  final List<List<Effect>> news = new ArrayList<>();
  final Set<Integer> paused = new HashSet<>();
  final Set<Integer> mute = new HashSet<>();

  /** Pairs (from, to) whose packets are lost. */
  final Set<List<Integer>> cut = new HashSet<>();

  /** One-way delay in nanoseconds by unordered pair; others take {@link #delay}. */
  final Map<Set<Integer>, Long> delays = new HashMap<>();

  long delay = MILLI;
  double loss;
  boolean broadcastWorks;
  long packets;
  long largest;
  long hash;

  private final SplittableRandom random;
  private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
  private final Roster roster;
  private long now = 5 * SECOND;
  private long order;

  private record Arrival(long at, long order, int from, int to, byte[] packet)
      implements Comparable<Arrival> {
    @Override
    public int compareTo(Arrival other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  SimulatedMesh(int nodes, long seed) {
    this.random = new SplittableRandom(seed);
    this.roster = TestKeys.roster(IntStream.range(0, nodes).toArray());
    for (int i = 0; i < nodes; i++) {
      news.add(new ArrayList<>());
      cores.add(start(i, 1));
    }
  }

  private GossipCore start(int number, long epoch) {
    GossipCore core =
        new GossipCore(
            GossipSettings.DEFAULT,
            TestKeys.key(number),
            roster,
            epoch,
            random.split(),
            () -> Instant.ofEpochSecond(0, now));
    Map<NodeId, List<InetSocketAddress>> routes = new HashMap<>();
    for (int i = 0; i < roster.entries().size(); i++) {
      routes.put(id(i), List.of(address(i)));
    }
    core.setRoutes(routes);
    return core;
  }

  void restart(int number, long epoch) {
    cores.set(number, start(number, epoch));
  }

  static NodeId id(int number) {
    return TestKeys.key(number).id();
  }

  static InetSocketAddress address(int number) {
    try {
      byte[] ip = {10, 0, (byte) (number >> 8), (byte) number};
      return new InetSocketAddress(InetAddress.getByAddress(ip), 2645);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  long now() {
    return now;
  }

  void run(long nanos) {
    long end = now + nanos;
    while (true) {
      int next = -1;
      long at = Long.MAX_VALUE;
      for (int i = 0; i < cores.size(); i++) {
        long due = Math.max(now, cores.get(i).nextTick());
        if (!paused.contains(i) && due < at) {
          at = due;
          next = i;
        }
      }
      Arrival arrival = arrivals.peek();
      if (Math.min(at, arrival == null ? Long.MAX_VALUE : arrival.at) > end) {
        now = end;
        return;
      }
      if (arrival != null && arrival.at <= at) {
        arrivals.remove();
        now = Math.max(now, arrival.at);
        arrive(arrival);
      } else {
        now = at;
        perform(next, cores.get(next).onTick(now));
      }
    }
  }

  private void arrive(Arrival arrival) {
    if (!paused.contains(arrival.to)) {
      perform(
          arrival.to, cores.get(arrival.to).onPacket(arrival.packet, address(arrival.from), now));
    }
  }

  void publish(int number, ZoneStatus status) {
    cores.get(number).publish(status, now);
  }

  private void perform(int number, List<Effect> effects) {
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Send(byte[] packet, InetSocketAddress to) -> {
          byte[] ip = to.getAddress().getAddress();
          carry(number, (ip[2] & 0xff) << 8 | (ip[3] & 0xff), packet);
        }
        case Effect.Broadcast(byte[] packet) -> {
          if (broadcastWorks) {
            for (int i = 0; i < cores.size(); i++) {
              carry(number, i, packet);
            }
          }
        }
        default -> news.get(number).add(effect);
      }
    }
  }

  private void carry(int from, int to, byte[] packet) {
    packets++;
    largest = Math.max(largest, packet.length);
    hash = hash * 31 + Arrays.hashCode(packet);
    if (cut.contains(List.of(from, to)) || mute.contains(from) || random.nextDouble() < loss) {
      return;
    }
    long way = delays.getOrDefault(from == to ? Set.of(from) : Set.of(from, to), delay);
    arrivals.add(new Arrival(now + way + random.nextLong(way / 10 + 1), order++, from, to, packet));
  }

  PeerState state(int observer, int observed) {
    return cores.get(observer).peer(id(observed)).orElseThrow().state();
  }

  boolean allAlive() {
    for (int a = 0; a < cores.size(); a++) {
      for (int b = 0; b < cores.size(); b++) {
        if (a != b && state(a, b) != PeerState.ALIVE) {
          return false;
        }
      }
    }
    return true;
  }

  void cutBothWays(int a, int b) {
    cut.add(List.of(a, b));
    cut.add(List.of(b, a));
  }
}
