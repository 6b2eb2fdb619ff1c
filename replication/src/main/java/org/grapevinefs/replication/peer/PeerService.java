// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.grapevinefs.gossip.MeshId;
import org.grapevinefs.gossip.NodeAddress;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.TlsIdentity;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.peer.proto.Announce;
import org.grapevinefs.replication.peer.proto.Request;
import org.grapevinefs.replication.peer.proto.ZoneVersion;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node among its peers: listens, keeps connections, serves the zones that are here, keeps them
 * level with their other members, and reaches those that are elsewhere. Safe for any thread.
 */
// What a network or timer future could tell arrives as a closed channel, or in the task itself.
@SuppressWarnings("FutureReturnValueIgnored")
public final class PeerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerService.class);
  private static final int WAITERS = 16;
  private static final int QUEUED = 4096;

  /** So often what waits for its moment is looked at, and so often when nothing seems to. */
  private static final long TICK_MILLIS = 100;

  private static final long IDLE_MILLIS = 1_000;
  private static final long PURGE_MINUTES = 60;

  /**
   * Who this node is, and how it finds others.
   *
   * @param self this node
   * @param mesh its mesh: others are turned away
   * @param identity its key, and whom it trusts
   * @param addresses where a peer may be reached, best first; asked before each attempt
   * @param members where a zone is to be had, nearest first
   * @param clock tells runs of this node apart
   * @param random names sessions of remote zones
   */
  public record Setup(
      NodeId self,
      MeshId mesh,
      TlsIdentity identity,
      Function<NodeId, List<NodeAddress>> addresses,
      MemberSelector members,
      InstantSource clock,
      RandomGenerator random) {}

  private record Local(HostedZone zone, ZoneSync sync, ZonePublisher publisher) {}

  private final Setup setup;
  private final PeerTransport transport;
  private final ZoneServer server;
  private final ExecutorService pool;
  private final ScheduledExecutorService timer;
  private final FairExecutor<ZoneId> syncing;
  private final Map<ZoneId, Local> locals = new ConcurrentHashMap<>();
  private final AtomicBoolean hurrying = new AtomicBoolean();
  private volatile BiConsumer<ZoneId, NodeId> differing = (zone, member) -> {};
  private volatile BiConsumer<ZoneId, List<VerifyPage.Finding>> mendings = (zone, found) -> {};
  private final Set<RemoteSession> remotes = ConcurrentHashMap.newKeySet();

  /** A service that neither listens nor calls yet. */
  public PeerService(Setup setup, PeerLimits limits) {
    this.setup = setup;
    this.pool =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("peer-worker-", 0).factory());
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("peer-timer").factory());
    int share = Math.max(1, limits.workers() * 3 / 4);
    FairExecutor<NodeId> serving = new FairExecutor<>(pool, limits.workers(), share, QUEUED);
    FairExecutor<NodeId> waiting = new FairExecutor<>(pool, WAITERS, WAITERS / 4, QUEUED);
    this.syncing = new FairExecutor<>(pool, limits.workers(), Math.max(2, share / 2), QUEUED);
    this.transport =
        new PeerTransport(
            setup.self(),
            setup.mesh(),
            setup.identity(),
            limits,
            setup.addresses(),
            setup.clock().millis(),
            new Handler());
    this.server = new ZoneServer(serving, waiting, transport::nanoTime);
    timer.scheduleWithFixedDelay(this::tick, IDLE_MILLIS, IDLE_MILLIS, TimeUnit.MILLISECONDS);
    timer.scheduleWithFixedDelay(this::purge, PURGE_MINUTES, PURGE_MINUTES, TimeUnit.MINUTES);
  }

  /** Listens for peers; returns the address with the port that it got. */
  public InetSocketAddress listen(InetSocketAddress address) throws IOException {
    return transport.listen(address);
  }

  /** Keeps connections to these nodes from now on, and to no others of its own accord. */
  public void connect(Set<NodeId> peers) {
    transport.want(peers);
  }

  /** Closes all connections with a node: it was revoked. */
  public void disconnect(NodeId peer) {
    transport.disconnect(peer);
  }

  /**
   * Serves a zone that is here to those who may have it, and keeps it level with its other members.
   */
  public void addZone(ZoneId id, ZoneReplica replica, ZoneFileSystem files, ZoneAccess access) {
    VerifyCalls calls = new VerifyCalls(transport, task -> syncing.tryExecute(id, task));
    ZoneVerifier verifier =
        new ZoneVerifier(
            id, setup.self(), replica, access, calls, found -> mendings.accept(id, found));
    HostedZone zone = new HostedZone(id, replica, files, access, verifier);
    List<Local> later = new ArrayList<>();
    ZoneSync sync =
        new ZoneSync(
            id,
            replica,
            transport,
            syncing,
            () -> later.forEach(local -> local.publisher().changed()),
            member -> differing.accept(id, member),
            this::hurry);
    ZonePublisher publisher = new ZonePublisher(zone, transport, syncing, timer, sync);
    Local local = new Local(zone, sync, publisher);
    later.add(local);
    zone.onAsked(sync::asked);
    if (locals.putIfAbsent(id, local) != null) {
      throw new IllegalStateException("zone " + id + " is served already");
    }
    server.zones().put(id, zone);
    zone.onClose(replica.onVersion(publisher::changed));
    publisher.changed();
    for (NodeId member : transport.connected()) {
      memberUp(local, member);
    }
    sync.reload();
  }

  /** Serves a zone no longer. */
  public void removeZone(ZoneId id) {
    Local local = locals.remove(id);
    if (local != null) {
      server.zones().remove(id);
      local.sync().close();
      local.zone().close();
    }
  }

  /** Takes note of a zone's version at a member, heard by gossip. */
  public void heard(NodeId from, ZoneId zone, long sum, long digest, long pending) {
    Local local = locals.get(zone);
    if (local != null && local.zone().isMember(from)) {
      local.sync().heard(from, sum, digest, pending);
    }
  }

  /** Takes note of a zone's state at a member, heard by gossip together with its version. */
  public void heardState(NodeId from, ZoneId zone, long digest, long stateDigest) {
    Local local = locals.get(zone);
    if (local != null && local.zone().isMember(from)) {
      local.sync().heardState(from, digest, stateDigest);
    }
  }

  /**
   * Has a listener hear of members that know the same of a zone and hold another state, which must
   * not be: they are asked for all that they have, each at most once in ten minutes.
   */
  public void onDiffering(BiConsumer<ZoneId, NodeId> listener) {
    differing = listener;
  }

  /**
   * Has a listener hear what was found bad here when another member compared its bytes with ours.
   */
  public void onMendings(BiConsumer<ZoneId, List<VerifyPage.Finding>> listener) {
    mendings = listener;
  }

  /** A zone whose members are elsewhere. */
  public RemoteZone remoteZone(ZoneId zone) {
    return remoteZone(zone, RemotePatience.DEFAULT);
  }

  /** A zone whose members are elsewhere, with other waits. */
  public RemoteZone remoteZone(ZoneId zone, RemotePatience patience) {
    RemoteSession session =
        new RemoteSession(
            zone, setup.random().nextLong(), transport, setup.members(), patience, remotes::remove);
    remotes.add(session);
    return new RemoteZone(session);
  }

  /** How a local zone stands to each other member; empty if the zone is not here. */
  public List<Behind> behind(ZoneId zone) {
    return Optional.ofNullable(locals.get(zone))
        .map(local -> local.sync().behind())
        .orElse(List.of());
  }

  /**
   * Compares the next contents of a local zone with those of its other members that are connected,
   * and mends what has gone bad, here and there. Blocks for as long as that takes.
   *
   * @param after where the last page ended; null to begin
   * @throws IOException if the zone is not here, or this node's disk fails
   */
  public VerifyPage verify(ZoneId zone, @Nullable FileId after)
      throws IOException, InterruptedException {
    Local local = locals.get(zone);
    if (local == null) {
      throw new IOException("the zone is not here");
    }
    return local.zone().verifier().page(after);
  }

  /**
   * What there is to count.
   *
   * @param connected peers that are up
   * @param refused connections refused since the start
   * @param wrongKeys what went wrong lately with keys that do not belong, by place
   * @param sessions sessions of remote zones that this node serves
   */
  public record Stats(Set<NodeId> connected, long refused, List<String> wrongKeys, int sessions) {
    /** Copies. */
    public Stats {
      connected = Set.copyOf(connected);
      wrongKeys = List.copyOf(wrongKeys);
    }
  }

  /** The counts of this moment. */
  public Stats stats() {
    int sessions = locals.values().stream().mapToInt(l -> l.zone().sessions().size()).sum();
    Refusals refusals = transport.refusals();
    return new Stats(transport.connected(), refusals.count(), refusals.wrongKeys(), sessions);
  }

  PeerTransport transport() {
    return transport;
  }

  private int rank(ZoneId zone, NodeId member) {
    int index = setup.members().membersByDistance(zone).indexOf(member);
    return index < 0 ? Integer.MAX_VALUE : index;
  }

  private void memberUp(Local local, NodeId member) {
    if (local.zone().isMember(member)) {
      local.sync().up(member, rank(local.zone().id(), member));
      local.publisher().announceTo(member);
    }
  }

  private void tick() {
    try {
      server.sweep();
      locals.values().forEach(local -> local.sync().step());
    } catch (RuntimeException e) {
      LOG.error("the peer timer's work failed", e);
    }
  }

  /** Has what is due done soon and, while there is more to come, again and again. */
  private void hurry() {
    if (hurrying.compareAndSet(false, true)) {
      try {
        timer.schedule(this::hurried, TICK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("closed in the meantime", e);
      }
    }
  }

  private void hurried() {
    // What becomes busy from here on asks for the next turn by itself.
    hurrying.set(false);
    tick();
  }

  private void purge() {
    locals.forEach((id, local) ->
        syncing.tryExecute(
            id,
            () -> {
              List<String> others =
                  local.zone().access().members().stream()
                      .filter(member -> !member.equals(setup.self()))
                      .map(NodeId::toString)
                      .toList();
              try {
                local.zone().replica().purge(others);
              } catch (IOException e) {
                LOG.warn("zone {}: forgetting deletions failed: {}", id, e.getMessage());
              }
            }));
  }

  @Override
  public void close() {
    List.copyOf(remotes).forEach(RemoteSession::close);
    Set.copyOf(locals.keySet()).forEach(this::removeZone);
    timer.shutdownNow();
    transport.close();
    pool.shutdown();
    try {
      if (!pool.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("work for peers did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What comes from the network. */
  private final class Handler implements RequestHandler {
    @Override
    public void request(Exchange exchange, Request request) {
      server.request(exchange, request);
    }

    @Override
    public void announced(NodeId from, Announce announce) {
      for (ZoneVersion version : announce.getZonesList()) {
        ByteString id = version.getZone();
        if (id.size() == ZoneId.BYTES) {
          Local local = locals.get(ZoneId.ofBytes(id.toByteArray()));
          if (local != null && local.zone().isMember(from)) {
            local.sync().told(from, version);
          }
        }
      }
    }

    @Override
    public void connected(NodeId peer, Lane lane) {
      if (lane == Lane.URGENT) {
        locals.values().forEach(local -> memberUp(local, peer));
      }
      remotes.forEach(RemoteSession::connectionsChanged);
    }

    @Override
    public void disconnected(NodeId peer, Lane lane) {
      if (lane == Lane.URGENT) {
        locals.values().forEach(local -> local.sync().down(peer));
      }
      remotes.forEach(RemoteSession::connectionsChanged);
    }
  }
}
