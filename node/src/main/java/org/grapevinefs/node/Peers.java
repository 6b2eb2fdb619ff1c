// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.grapevinefs.gossip.GossipListener;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.NodeAddress;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.PeerView;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.gossip.TlsIdentity;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.gossip.ZoneStatus;
import org.grapevinefs.replication.peer.PeerLimits;
import org.grapevinefs.replication.peer.PeerService;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.ZoneConfig;

/**
 * The peer service, told by gossip and the roster where others are and what they know. Safe for any
 * thread.
 */
final class Peers implements GossipListener, AutoCloseable {
  private final GossipService gossip;
  private final PeerService service;
  private final Map<ZoneId, ZoneConfig> zones = new ConcurrentHashMap<>();

  private Peers(GossipService gossip, DataFolder data, InstantSource clock) {
    this.gossip = gossip;
    this.service =
        new PeerService(
            new PeerService.Setup(
                gossip.self(),
                gossip.roster().mesh(),
                new TlsIdentity(data.key(), gossip::roster),
                this::addresses,
                this::membersByDistance,
                clock,
                new SecureRandom()),
            PeerLimits.DEFAULT);
  }

  /** Listens for peers and calls all that the roster names. */
  static Peers start(
      NodeConfig config,
      DataFolder data,
      GossipService gossip,
      EventLog events,
      InstantSource clock)
      throws StartFailure {
    InetSocketAddress listen = Node.address(config.peerListen(), "[peer] listen");
    Peers peers = new Peers(gossip, data, clock);
    peers.service.onDiffering((zone, peer) ->
        events.error(
            peers.name(zone),
            peers.nameOf(peer),
            "knows the same and holds another state: each takes over what only the other has;"
                + " report this as a fault"));
    try {
      peers.service.listen(listen);
    } catch (IOException e) {
      peers.close();
      throw Node.cannotListen("replication (TCP)", config.peerListen(), "[peer] listen", e);
    }
    gossip.listen(peers);
    peers.rosterChanged();
    return peers;
  }

  /** How people call a node. */
  String nameOf(NodeId node) {
    return gossip.roster().byId(node).map(entry -> entry.name()).orElse(node.shortForm());
  }

  PeerService service() {
    return service;
  }

  private String name(ZoneId zone) {
    ZoneConfig config = zones.get(zone);
    return config == null ? zone.toString() : config.name().value();
  }

  /** Notes who the members of a zone are, held here or not. */
  void members(ZoneId id, ZoneConfig config) {
    zones.put(id, config);
    gossip.setMembers(id, memberIds(config));
  }

  /** Forgets a zone that is no longer served here. */
  void forget(ZoneId id) {
    zones.remove(id);
    gossip.setMembers(id, Set.of());
  }

  /** The ids of a zone's members, as far as the roster has them. */
  Set<NodeId> memberIds(ZoneConfig config) {
    Roster roster = gossip.roster();
    Set<NodeId> ids = new HashSet<>();
    config
        .members()
        .forEach(name -> roster.byName(name.value()).map(Roster.Entry::id).ifPresent(ids::add));
    return ids;
  }

  /** Calls who is new in the roster, and cuts off who is gone. */
  void rosterChanged() {
    Set<NodeId> others = new HashSet<>(gossip.roster().ids());
    others.remove(gossip.self());
    service.connect(others);
    for (NodeId peer : service.stats().connected()) {
      if (!others.contains(peer)) {
        service.disconnect(peer);
      }
    }
    zones.forEach((id, config) -> gossip.setMembers(id, memberIds(config)));
  }

  private List<NodeId> membersByDistance(ZoneId zone) {
    ZoneConfig config = zones.get(zone);
    if (config == null) {
      return List.of();
    }
    Set<NodeId> members = memberIds(config);
    members.remove(gossip.self());
    return gossip.nearest(members);
  }

  /** What mesh.toml says, then where the peer was heard: both ports are the same by default. */
  private List<NodeAddress> addresses(NodeId peer) {
    List<NodeAddress> addresses = new ArrayList<>();
    gossip.roster().byId(peer).ifPresent(entry -> addresses.addAll(entry.addresses()));
    for (PeerView view : gossip.peers()) {
      if (view.id().equals(peer) && view.address().isPresent()) {
        InetSocketAddress heard = view.address().get();
        NodeAddress address = new NodeAddress(heard.getAddress().getHostAddress(), heard.getPort());
        if (!addresses.contains(address)) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }

  @Override
  public void zoneHeard(NodeId peer, ZoneStatus status) {
    service.heard(peer, status.zone(), status.sum(), status.digest(), status.pending());
    service.heardState(peer, status.zone(), status.digest(), status.stateDigest());
  }

  @Override
  public void peerGone(NodeId peer) {
    service.disconnect(peer);
  }

  @Override
  public void close() {
    service.close();
  }
}
