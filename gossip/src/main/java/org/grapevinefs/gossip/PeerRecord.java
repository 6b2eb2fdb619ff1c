// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that the core remembers of one peer. Bounded: {@link Limits}. */
final class PeerRecord {
  private static final long LONGEST_BACKOFF = 4_000_000_000L;
  private static final long REQUEST_INTERVAL = 50_000_000L;
  private static final long REQUEST_BURST = 9 * REQUEST_INTERVAL;

  private final NodeId id;
  final Liveness liveness = new Liveness();
  final Distance distance = new Distance();

  /** Zones it spoke of, the one not mentioned for longest first. */
  private final LinkedHashMap<ZoneId, ZoneStatus> zones = new LinkedHashMap<>();

  /** Who asked for its next packet, and until when (awake time) that is of use. */
  private final Map<NodeId, Long> askers = new LinkedHashMap<>();

  private Roster.Entry entry;
  private List<InetSocketAddress> rosterAddresses = List.of();
  private List<InetSocketAddress> ownAddresses = List.of();
  private @Nullable InetSocketAddress learned;
  private byte @Nullable [] lastWords;
  private Health health = Health.GOOD;
  private OptionalLong clockOffset = OptionalLong.empty();
  private long epoch;
  private long counter;
  private boolean heard;
  private boolean heardDirectly;
  private long directAt;
  private long wordsAt;
  private long echoCounter;
  private long echoReceivedAt;
  private long echoedAt;
  private long askAt;
  private long askBackoff;
  private long requestsPaidUntil = Long.MIN_VALUE;
  private long toldDigest;
  private boolean digestDiffers;
  private boolean unknownVersionTold;
  private int rotation;

  PeerRecord(Roster.Entry entry) {
    this.id = entry.id();
    this.entry = entry;
  }

  NodeId id() {
    return id;
  }

  NodePublicKey publicKey() {
    return entry.publicKey();
  }

  /** Takes another name or other addresses; the key, and so all that is remembered, stays. */
  void setEntry(Roster.Entry fresh) {
    entry = fresh;
  }

  /** Whether (epoch, counter) comes after all that was accepted. */
  boolean isNewer(long packetEpoch, long packetCounter) {
    int order = Long.compareUnsigned(packetEpoch, epoch);
    return !heard || order > 0 || (order == 0 && Long.compareUnsigned(packetCounter, counter) > 0);
  }

  /** Takes in an accepted packet, whichever way it came. Says whether its health changed. */
  boolean accept(Elp elp, byte[] relayable, long awake) {
    heard = true;
    epoch = elp.epoch();
    counter = elp.counter();
    lastWords = relayable;
    wordsAt = awake;
    ownAddresses = elp.addresses();
    boolean changed = !health.equals(elp.health());
    health = elp.health();
    for (ZoneStatus status : elp.zones()) {
      zones.putLast(status.zone(), status);
      if (zones.size() > Limits.ZONES_OF_A_PEER) {
        zones.pollFirstEntry();
      }
    }
    return changed;
  }

  /** Takes in what only a packet from the peer's own socket tells. */
  void acceptDirect(Elp elp, InetSocketAddress from, long now, long awake, long wallMillis) {
    learned = from;
    heardDirectly = true;
    directAt = awake;
    askBackoff = 0;
    askAt = 0;
    echoCounter = elp.counter();
    echoReceivedAt = now;
    clockOffset = OptionalLong.of(elp.sentMillis() - wallMillis);
  }

  /** Whether this list of members is another one than ours, and was not told of before. */
  boolean isNewDifference(long theirDigest, long ourDigest) {
    digestDiffers = theirDigest != ourDigest;
    boolean tell = digestDiffers && theirDigest != toldDigest;
    toldDigest = digestDiffers ? theirDigest : 0;
    return tell;
  }

  /** Whether its unknown version was not told of before. */
  boolean firstUnknownVersion() {
    boolean first = !unknownVersionTold;
    unknownVersionTold = true;
    return first;
  }

  /** This node slept: where the peer is, and whether it hears us, has to be found out anew. */
  void doubtRoute() {
    heardDirectly = false;
    askBackoff = 0;
    askAt = 0;
  }

  boolean directWithin(long awake, long nanos) {
    return heardDirectly && awake - directAt <= nanos;
  }

  /** When it was last heard directly; 0 if never. The core asks the longest silent ones first. */
  long directAt() {
    return heardDirectly ? directAt : 0;
  }

  boolean mayBeAsked(long awake) {
    return awake >= askAt;
  }

  /** It was asked to speak; the next time comes later, up to 4 s. */
  void asked(long awake, long heartbeat) {
    askBackoff = askBackoff == 0 ? heartbeat : Math.min(LONGEST_BACKOFF, askBackoff * 2);
    askAt = awake + askBackoff - heartbeat / 4;
  }

  /**
   * Whether it may cost us a signature and a packet now: ten at once, and one each 50 ms in the
   * long run.
   */
  boolean mayRequest(long now) {
    long credit = Math.max(requestsPaidUntil, now);
    if (credit - now > REQUEST_BURST) {
      return false;
    }
    requestsPaidUntil = credit + REQUEST_INTERVAL;
    return true;
  }

  boolean hasEcho(long now) {
    return echoCounter > 0 && now - echoReceivedAt < 10_000_000_000L;
  }

  Elp.Echo echo(long now) {
    echoedAt = now;
    return new Elp.Echo(id().prefix(), echoCounter, Math.max(0, now - echoReceivedAt) / 1_000);
  }

  long echoedAt() {
    return echoedAt;
  }

  void addAsker(NodeId asker, long until) {
    if (askers.size() < Limits.WAITING_ASKERS) {
      askers.put(asker, until);
    }
  }

  /** Those who wait for its words; they are forgotten now. */
  List<NodeId> takeAskers(long awake) {
    List<NodeId> waiting = new ArrayList<>();
    askers.forEach((asker, until) -> {
      if (awake <= until) {
        waiting.add(asker);
      }
    });
    askers.clear();
    return waiting;
  }

  /** Its newest packet, in the form that others may pass on, if it is at most {@code nanos} old. */
  byte @Nullable [] lastWords(long awake, long nanos) {
    return lastWords != null && awake - wordsAt <= nanos ? lastWords : null;
  }

  void setRosterAddresses(List<InetSocketAddress> addresses) {
    rosterAddresses = List.copyOf(addresses);
  }

  Optional<InetSocketAddress> learned() {
    return Optional.ofNullable(learned);
  }

  /**
   * Where a packet should go: where it was last heard, or while it is silent, all that is known, in
   * turn.
   */
  List<InetSocketAddress> routes(boolean heardLately) {
    if (learned != null && heardLately) {
      return List.of(learned);
    }
    Set<InetSocketAddress> all = new LinkedHashSet<>();
    if (learned != null) {
      all.add(learned);
    }
    all.addAll(rosterAddresses);
    all.addAll(ownAddresses);
    List<InetSocketAddress> known = List.copyOf(all);
    List<InetSocketAddress> picked = new ArrayList<>();
    for (int i = 0; i < Math.min(known.size(), Limits.ADDRESSES_PER_SEND); i++) {
      picked.add(known.get((rotation + i) % known.size()));
    }
    rotation = known.isEmpty() ? 0 : (rotation + picked.size()) % known.size();
    return picked;
  }

  Set<ZoneId> zonesSpokenOf() {
    return zones.keySet();
  }

  Health health() {
    return health;
  }

  PeerView view(boolean direct) {
    return new PeerView(
        entry.name(),
        id(),
        liveness.state(),
        liveness.state() == PeerState.ALIVE && !direct,
        distance.millis(),
        learned(),
        health,
        zones,
        clockOffset,
        !digestDiffers);
  }
}
