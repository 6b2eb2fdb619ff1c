// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The way out: composes and signs this node's packets, each with a counter of its own. */
final class PacketMaker {
  private static final int ECHOES = 12;

  private final NodeKey key;
  private final long epoch;
  private final InstantSource wall;
  private final ZoneBoard board;
  private final SentTimes sentTimes = new SentTimes();
  private List<InetSocketAddress> addresses = List.of();
  private Health health = Health.GOOD;
  private long counter;

  PacketMaker(NodeKey key, long epoch, InstantSource wall, ZoneBoard board) {
    this.key = key;
    this.epoch = epoch;
    this.wall = wall;
    this.board = board;
  }

  /**
   * What a packet is for.
   *
   * @param ask whether it wants an answer; it is then filled up to the largest size, so that no
   *     answer is larger
   * @param probe the prefix of a node to look for, or 0
   * @param limit the largest size
   */
  record Purpose(boolean ask, long probe, int limit) {
    static final Purpose TELL = new Purpose(false, 0, Limits.PACKET_BYTES);
    static final Purpose ASK = new Purpose(true, 0, Limits.PACKET_BYTES);

    static Purpose probe(NodeId suspect) {
      return new Purpose(false, suspect.prefix(), Limits.PACKET_BYTES);
    }

    static Purpose answer(int questionBytes) {
      return new Purpose(false, 0, Math.min(questionBytes, Limits.PACKET_BYTES));
    }
  }

  /**
   * A fresh packet, with echoes for {@code targets} before those for others among {@code everyone}.
   */
  byte[] make(
      Purpose purpose,
      Roster roster,
      Collection<PeerRecord> targets,
      Collection<PeerRecord> everyone,
      long now) {
    counter++;
    sentTimes.put(counter, now);
    List<ZoneStatus> zones = board.next(now);
    Elp elp =
        new Elp(
            roster.mesh(),
            key.id(),
            epoch,
            counter,
            wall.millis(),
            roster.digest(),
            health,
            purpose.ask(),
            purpose.probe(),
            echoes(targets, everyone, now),
            addresses,
            zones);
    boolean padded = purpose.ask() || purpose.probe() != 0;
    ElpCodec.Packed packed = ElpCodec.seal(elp, key, purpose.limit(), padded);
    board.told(zones, packed.zonesTaken());
    return packed.bytes();
  }

  private static List<Elp.Echo> echoes(
      Collection<PeerRecord> targets, Collection<PeerRecord> everyone, long now) {
    Set<PeerRecord> chosen = new LinkedHashSet<>();
    for (PeerRecord target : targets) {
      if (chosen.size() < ECHOES && target.hasEcho(now)) {
        chosen.add(target);
      }
    }
    if (chosen.size() < ECHOES) {
      everyone.stream()
          .filter(peer -> peer.hasEcho(now))
          .sorted(Comparator.comparingLong(PeerRecord::echoedAt).thenComparing(PeerRecord::id))
          .limit(ECHOES)
          .forEach(chosen::add);
    }
    List<Elp.Echo> echoes = new ArrayList<>();
    for (PeerRecord peer : chosen) {
      if (echoes.size() < ECHOES) {
        echoes.add(peer.echo(now));
      }
    }
    return echoes;
  }

  SentTimes sentTimes() {
    return sentTimes;
  }

  void setHealth(Health fresh) {
    health = fresh;
  }

  void setAddresses(List<InetSocketAddress> fresh) {
    addresses = List.copyOf(fresh);
  }

  long wallMillis() {
    return wall.millis();
  }
}
