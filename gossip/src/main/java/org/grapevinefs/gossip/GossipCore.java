// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The rules of gossip, without threads, sockets or clocks: packets and time go in, {@link Effect}s
 * come out.
 *
 * <p>The same calls with the same random seed give the same effects, byte for byte; the simulator
 * lives on that. Not thread-safe: {@link GossipService} calls it under a lock. Times are
 * nanoseconds of any steady clock.
 *
 * <h2>A heartbeat</h2>
 *
 * <p>Each second one packet goes out by broadcast, to three peers in random turn, and to the
 * members of zones that changed lately. Peers not heard directly for two seconds, and seeds, get a
 * question instead: a packet filled up to the largest size that wants an answer. On a network where
 * broadcast works nobody is quiet, so nobody is asked; elsewhere up to 30 nodes ask each other
 * about every other second, and in larger meshes eight are asked per heartbeat, while the signed
 * packets of others are passed on to the three, and the waits of {@link Liveness} grow with the
 * mesh: the traffic of one node stays the same.
 */
public final class GossipCore {
  private static final int SMALL_MESH = 30;
  private static final int QUESTIONS_IN_LARGE_MESH = 8;
  private static final int RELAYS = 3;
  private static final long SECOND = 1_000_000_000L;

  private final GossipSettings settings;
  private final NodeKey key;
  private final long epoch;
  private final RandomGenerator random;
  private final ZoneBoard board = new ZoneBoard();
  private final PacketMaker maker;
  private final PacketGate gate;
  private final Patience patience;
  private final long heartbeat;

  /** In order of id, so that every run takes them in the same order. */
  private final TreeMap<NodeId, PeerRecord> peers = new TreeMap<>();

  private final Map<Long, PeerRecord> byPrefix = new HashMap<>();
  private final List<NodeId> turn = new ArrayList<>();

  private Roster roster;
  private List<InetSocketAddress> seeds = List.of();
  private List<Subnet> subnets = List.of();
  private boolean twinTold;
  private boolean started;
  private long nextHeartbeat;
  private long nextTick;
  private long changesDue = Long.MAX_VALUE;
  private long received;
  private long sent;
  private long broadcasts;
  private long relayed;
  private long answered;

  /**
   * A node that has said and heard nothing.
   *
   * @param epoch larger than at any earlier start of this node
   * @param wall the time that is written into packets for people to compare; decides nothing
   */
  public GossipCore(
      GossipSettings settings,
      NodeKey key,
      Roster roster,
      long epoch,
      RandomGenerator random,
      InstantSource wall) {
    this.settings = settings;
    this.key = key;
    this.epoch = epoch;
    this.random = random;
    this.maker = new PacketMaker(key, epoch, wall, board);
    this.gate = new PacketGate(key);
    this.patience = new Patience(settings.tick().toNanos());
    this.heartbeat = settings.heartbeat().toNanos();
    this.roster = roster;
    setRoster(roster);
  }

  /** Takes another list of members: who is not in it is forgotten at once. */
  public List<Effect> setRoster(Roster fresh) {
    List<Effect> effects = new ArrayList<>();
    for (NodeId gone : List.copyOf(peers.keySet())) {
      if (fresh.byId(gone).isEmpty()) {
        peers.remove(gone);
        effects.add(new Effect.PeerGone(gone));
      }
    }
    for (Roster.Entry entry : fresh.entries()) {
      if (!entry.id().equals(key.id())) {
        peers.computeIfAbsent(entry.id(), id -> new PeerRecord(entry)).setEntry(entry);
      }
    }
    roster = fresh;
    byPrefix.clear();
    peers.values().forEach(peer -> byPrefix.put(peer.id().prefix(), peer));
    turn.clear();
    return effects;
  }

  /** Says where the roster's addresses lead; names were looked up by the caller. */
  public void setRoutes(Map<NodeId, List<InetSocketAddress>> resolved) {
    peers.forEach((id, peer) -> peer.setRosterAddresses(resolved.getOrDefault(id, List.of())));
  }

  /** Says where to ask for nodes of which nothing else is known. */
  public void setSeeds(List<InetSocketAddress> resolved) {
    seeds = List.copyOf(resolved);
  }

  /**
   * Says which networks this node is in, and under which addresses others may reach it, best first.
   */
  public void setOwnNetwork(List<Subnet> networks, List<InetSocketAddress> addresses) {
    subnets = List.copyOf(networks);
    maker.setAddresses(addresses);
  }

  /** Sets what the next packets say of this node's condition. */
  public void setHealth(Health health) {
    maker.setHealth(health);
  }

  /** Says who the members of a zone are; until then, those who speak of it count. */
  public void setMembers(ZoneId zone, Set<NodeId> members) {
    board.setMembers(zone, members);
  }

  /** Takes a new status of an own zone; its members hear of a change within the coalescing time. */
  public void publish(ZoneStatus status, long now) {
    if (board.publish(status, now) && changesDue == Long.MAX_VALUE) {
      changesDue = now + settings.coalesce().toNanos();
    }
  }

  /** Speaks of that zone no more. */
  public void withdraw(ZoneId zone) {
    board.withdraw(zone);
  }

  /** When {@link #onTick} wants to be called next. */
  public long nextTick() {
    return Math.min(changesDue, Math.min(nextTick, nextHeartbeat));
  }

  /** Time has passed: judges the silent, speaks when it is time to. */
  public List<Effect> onTick(long now) {
    if (!started) {
      started = true;
      nextHeartbeat = now;
      nextTick = now;
    }
    List<Effect> effects = new ArrayList<>();
    if (now >= nextTick) {
      nextTick = now + settings.tick().toNanos();
      if (patience.onTick(now) > settings.quietAfter().toNanos()) {
        peers.values().forEach(PeerRecord::doubtRoute);
      }
      judge(now, effects);
    }
    if (now >= changesDue) {
      changesDue = Long.MAX_VALUE;
      tellChanges(now, effects);
    }
    if (now >= nextHeartbeat) {
      // A little out of step, so that nodes started together do not speak together for ever.
      nextHeartbeat = now + heartbeat - heartbeat / 20 + random.nextLong(heartbeat / 10 + 1);
      beat(now, effects);
    }
    return effects;
  }

  /** A datagram came in. */
  public List<Effect> onPacket(byte[] packet, InetSocketAddress from, long now) {
    return receive(packet, from, now);
  }

  /**
   * A packet came in over a connection with another node: its address says nothing about the
   * signer's socket.
   */
  public List<Effect> onStreamPacket(byte[] packet, long now) {
    return receive(packet, null, now);
  }

  /** A fresh packet for sending over a connection, where there is one. */
  public byte[] packetForStream(long now) {
    return maker.make(PacketMaker.Purpose.TELL, roster, List.of(), peers.values(), now);
  }

  private List<Effect> receive(byte[] packet, @Nullable InetSocketAddress from, long now) {
    received++;
    List<Effect> effects = new ArrayList<>();
    switch (gate.check(packet, roster.mesh(), epoch, peers::get)) {
      case PacketGate.Passed passed -> accept(passed, from, packet.length, now, effects);
      case PacketGate.Foreign foreign -> {
        if (foreign.peer().firstUnknownVersion()) {
          effects.add(new Effect.UnknownVersion(foreign.peer().id(), foreign.version()));
        }
      }
      case PacketGate.Twin twin -> {
        if (!twinTold && from != null) {
          twinTold = true;
          effects.add(new Effect.KeyInUseElsewhere(from));
        }
      }
      case PacketGate.Dropped dropped -> {}
    }
    return effects;
  }

  private void accept(
      PacketGate.Passed passed,
      @Nullable InetSocketAddress from,
      int size,
      long now,
      List<Effect> effects) {
    PeerRecord peer = passed.peer();
    Elp elp = passed.elp();
    long awake = patience.awake();
    boolean direct = from != null && !passed.relayed();
    boolean changed = peer.accept(elp, passed.relayable(), awake);
    if (from != null && direct) {
      peer.acceptDirect(elp, from, now, awake, maker.wallMillis());
      measure(peer, elp, now);
    }
    changed |= peer.liveness.heard(awake);
    if (changed) {
      effects.add(new Effect.PeerChanged(view(peer)));
    }
    for (ZoneStatus status : elp.zones()) {
      effects.add(new Effect.ZoneHeard(peer.id(), status));
    }
    if (peer.isNewDifference(elp.membershipDigest(), roster.digest())) {
      effects.add(new Effect.MembershipDiffers(peer.id(), elp.membershipDigest()));
    }
    for (NodeId asker : peer.takeAskers(awake)) {
      relay(passed.relayable(), peers.get(asker), effects);
    }
    if (from != null && direct) {
      serve(passed, from, size, now, effects);
    }
  }

  private void serve(
      PacketGate.Passed passed, InetSocketAddress from, int size, long now, List<Effect> effects) {
    PeerRecord peer = passed.peer();
    if (passed.elp().answerWanted() && peer.mayRequest(now)) {
      answer(peer, from, size, now, effects);
    }
    long probe = passed.elp().probe();
    if (probe != 0 && size >= Limits.QUESTION_BYTES && peer.mayRequest(now)) {
      lookFor(byPrefix.get(probe), peer, now, effects);
    }
  }

  private void measure(PeerRecord peer, Elp elp, long now) {
    for (Elp.Echo echo : elp.echoes()) {
      if (echo.node() == key.id().prefix() && echo.heldMicros() >= 0) {
        maker
            .sentTimes()
            .get(echo.counter())
            .ifPresent(at -> peer.distance.sample(now - at - echo.heldMicros() * 1_000));
      }
    }
  }

  private void answer(
      PeerRecord peer, InetSocketAddress to, int questionBytes, long now, List<Effect> effects) {
    byte[] packet = make(PacketMaker.Purpose.answer(questionBytes), List.of(peer), now);
    if (packet.length <= questionBytes) {
      answered++;
      send(packet, to, effects);
    }
  }

  /**
   * Answers a probe from memory if the words are fresh, else asks the peer and passes its words on.
   */
  private void lookFor(
      @Nullable PeerRecord wanted, PeerRecord asker, long now, List<Effect> effects) {
    if (wanted == null || wanted == asker) {
      return;
    }
    long awake = patience.awake();
    byte[] words = wanted.directWithin(awake, SECOND) ? wanted.lastWords(awake, SECOND) : null;
    if (words != null) {
      relay(words, asker, effects);
    } else {
      wanted.addAsker(asker.id(), awake + 2 * SECOND);
      sendTo(wanted, make(PacketMaker.Purpose.ASK, List.of(wanted), now), effects);
    }
  }

  private void relay(byte[] words, @Nullable PeerRecord to, List<Effect> effects) {
    if (to != null) {
      int before = effects.size();
      sendTo(to, words, effects);
      relayed += effects.size() - before;
    }
  }

  private void judge(long now, List<Effect> effects) {
    long suspectAfter = scaled(settings.suspectAfter());
    long unreachableAfter = scaled(settings.unreachableAfter());
    for (PeerRecord peer : peers.values()) {
      if (peer.liveness.tick(patience.awake(), suspectAfter, unreachableAfter)) {
        effects.add(new Effect.PeerChanged(view(peer)));
        if (peer.liveness.state() == PeerState.SUSPECT) {
          askOthers(peer, now, effects);
        }
      }
    }
  }

  /**
   * A wait, longer while this node runs late, and in a large mesh, where each peer is heard less
   * often.
   */
  private long scaled(Duration wait) {
    double scale = patience.factor() * Math.max(1.0, peers.size() / (double) SMALL_MESH);
    return (long) (wait.toNanos() * scale);
  }

  private void askOthers(PeerRecord suspect, long now, List<Effect> effects) {
    List<PeerRecord> alive = new ArrayList<>();
    for (PeerRecord peer : peers.values()) {
      if (peer.liveness.state() == PeerState.ALIVE) {
        alive.add(peer);
      }
    }
    Collections.shuffle(alive, random);
    sendTo(suspect, make(PacketMaker.Purpose.ASK, List.of(suspect), now), effects);
    List<PeerRecord> probers = alive.subList(0, Math.min(settings.probers(), alive.size()));
    if (!probers.isEmpty()) {
      byte[] packet = make(PacketMaker.Purpose.probe(suspect.id()), probers, now);
      probers.forEach(prober -> sendTo(prober, packet, effects));
    }
  }

  private void tellChanges(long now, List<Effect> effects) {
    Set<ZoneId> zones = board.takeUnannounced();
    List<PeerRecord> members = membersOf(zones);
    if (!members.isEmpty()) {
      byte[] packet = make(PacketMaker.Purpose.TELL, members, now);
      members.forEach(member -> sendTo(member, packet, effects));
    }
  }

  private List<PeerRecord> membersOf(Set<ZoneId> zones) {
    List<PeerRecord> members = new ArrayList<>();
    if (!zones.isEmpty()) {
      for (PeerRecord peer : peers.values()) {
        if (board.concerns(peer.id(), peer.zonesSpokenOf(), zones)) {
          members.add(peer);
        }
      }
    }
    return members;
  }

  private void beat(long now, List<Effect> effects) {
    List<PeerRecord> inTurn = nextInTurn();
    Set<PeerRecord> told = new LinkedHashSet<>(inTurn);
    told.addAll(membersOf(board.fresh(now)));
    List<PeerRecord> quiet = quiet();
    quiet.forEach(told::remove);
    byte[] packet = make(PacketMaker.Purpose.TELL, told, now);
    broadcasts++;
    effects.add(new Effect.Broadcast(packet.clone()));
    told.forEach(peer -> sendTo(peer, packet, effects));
    List<InetSocketAddress> silentSeeds = silentSeeds();
    if (!quiet.isEmpty() || !silentSeeds.isEmpty()) {
      byte[] question = make(PacketMaker.Purpose.ASK, quiet, now);
      for (PeerRecord peer : quiet) {
        peer.asked(patience.awake(), heartbeat);
        sendTo(peer, question, effects);
      }
      silentSeeds.forEach(seed -> send(question, seed, effects));
    }
    if (peers.size() > SMALL_MESH) {
      passOn(inTurn, effects);
    }
  }

  /** Three peers in a random order that comes to everyone before it comes to anyone again. */
  private List<PeerRecord> nextInTurn() {
    List<PeerRecord> chosen = new ArrayList<>();
    int wanted = Math.min(settings.fanout(), peers.size());
    while (chosen.size() < wanted) {
      if (turn.isEmpty()) {
        turn.addAll(peers.keySet());
        Collections.shuffle(turn, random);
      }
      PeerRecord next = peers.get(turn.removeLast());
      if (next != null && !chosen.contains(next)) {
        chosen.add(next);
      }
    }
    return chosen;
  }

  private List<PeerRecord> quiet() {
    long awake = patience.awake();
    long quietAfter = settings.quietAfter().toNanos();
    int limit = peers.size() <= SMALL_MESH ? SMALL_MESH : QUESTIONS_IN_LARGE_MESH;
    return peers.values().stream()
        .filter(peer -> !peer.directWithin(awake, quietAfter) && peer.mayBeAsked(awake))
        .sorted(Comparator.comparingLong(PeerRecord::directAt).thenComparing(PeerRecord::id))
        .limit(limit)
        .toList();
  }

  private List<InetSocketAddress> silentSeeds() {
    Set<InetSocketAddress> silent = new LinkedHashSet<>(seeds);
    long suspectAfter = scaled(settings.suspectAfter());
    for (PeerRecord peer : peers.values()) {
      if (peer.directWithin(patience.awake(), suspectAfter)) {
        peer.learned().ifPresent(silent::remove);
      }
    }
    return List.copyOf(silent);
  }

  private void passOn(List<PeerRecord> receivers, List<Effect> effects) {
    List<PeerRecord> heard = new ArrayList<>();
    for (PeerRecord peer : peers.values()) {
      if (peer.lastWords(patience.awake(), 3 * SECOND) != null) {
        heard.add(peer);
      }
    }
    Collections.shuffle(heard, random);
    for (PeerRecord speaker : heard.subList(0, Math.min(RELAYS, heard.size()))) {
      byte[] words = speaker.lastWords(patience.awake(), 3 * SECOND);
      for (PeerRecord receiver : receivers) {
        if (words != null && receiver != speaker) {
          relay(words, receiver, effects);
        }
      }
    }
  }

  private byte[] make(PacketMaker.Purpose purpose, Collection<PeerRecord> targets, long now) {
    return maker.make(purpose, roster, targets, peers.values(), now);
  }

  private void sendTo(PeerRecord peer, byte[] packet, List<Effect> effects) {
    boolean heardLately = peer.directWithin(patience.awake(), scaled(settings.suspectAfter()));
    for (InetSocketAddress route : peer.routes(heardLately)) {
      send(packet, route, effects);
    }
  }

  private void send(byte[] packet, InetSocketAddress to, List<Effect> effects) {
    sent++;
    effects.add(new Effect.Send(packet.clone(), to));
  }

  /** All peers as they seem now, by id. */
  public List<PeerView> peers() {
    return peers.values().stream().map(this::view).toList();
  }

  /** One peer as it seems now. */
  public Optional<PeerView> peer(NodeId id) {
    return Optional.ofNullable(peers.get(id)).map(this::view);
  }

  private PeerView view(PeerRecord peer) {
    return peer.view(peer.directWithin(patience.awake(), scaled(settings.suspectAfter())));
  }

  /**
   * The given nodes, nearest first: this node itself, then those alive before those suspected
   * before the others; among these, those not overloaded, those in a network of ours, and then the
   * shortest round trip. Unknown ids are left out.
   */
  public List<NodeId> nearest(Collection<NodeId> candidates) {
    Map<NodeId, PeerView> known = new LinkedHashMap<>();
    for (NodeId candidate : candidates) {
      peer(candidate).ifPresent(view -> known.put(candidate, view));
    }
    List<NodeId> order = new ArrayList<>();
    if (candidates.contains(key.id())) {
      order.add(key.id());
    }
    known.values().stream()
        .sorted(
            Comparator.comparing(PeerView::state)
                .thenComparing(PeerView::relayedOnly)
                .thenComparing((PeerView view) -> view.health().slow())
                .thenComparing(view -> !inOwnNetwork(view))
                .thenComparingDouble(view -> view.rttMillis().orElse(Double.MAX_VALUE))
                .thenComparing(PeerView::id))
        .forEach(view -> order.add(view.id()));
    return order;
  }

  private boolean inOwnNetwork(PeerView view) {
    return view.address().isPresent()
        && subnets.stream().anyMatch(net -> net.contains(view.address().get().getAddress()));
  }

  /** What has been counted. */
  public GossipStats stats() {
    return new GossipStats(
        received,
        gate.accepted(),
        gate.dropped(),
        sent,
        broadcasts,
        relayed,
        answered,
        0,
        0,
        patience.factor());
  }
}
