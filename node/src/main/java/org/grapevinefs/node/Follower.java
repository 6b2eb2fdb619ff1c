// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.grapevinefs.gossip.GossipListener;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.PeerState;
import org.grapevinefs.gossip.PeerView;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.zonesconfig.ConfigChange;
import org.grapevinefs.zonesconfig.ConfigProblem;
import org.grapevinefs.zonesconfig.ConfigWatcher;
import org.grapevinefs.zonesconfig.LastGood;
import org.grapevinefs.zonesconfig.Loaded;
import org.grapevinefs.zonesconfig.NodeConfig;

/** Puts into force what comes from outside while the node runs, and tells the event log of it. */
final class Follower implements GossipListener {
  private final NodeConfig config;
  private final DataFolder data;
  private final GossipService gossip;
  private final Peers peers;
  private final ZoneTable zones;
  private final EventLog events;
  private final Doubts doubts;
  private volatile Optional<String> meshProblem = Optional.empty();
  private final Set<NodeId> differing = new HashSet<>();
  private final Map<NodeId, PeerState> states = new ConcurrentHashMap<>();

  Follower(
      NodeConfig config,
      DataFolder data,
      GossipService gossip,
      Peers peers,
      ZoneTable zones,
      EventLog events,
      Doubts doubts) {
    this.config = config;
    this.data = data;
    this.gossip = gossip;
    this.peers = peers;
    this.zones = zones;
    this.events = events;
    this.doubts = doubts;
  }

  /** Takes an edit of the configuration folder into force. */
  void configurationChanged(ConfigWatcher.Update update) {
    for (ConfigProblem problem : update.now().problems()) {
      if (!update.before().problems().contains(problem)) {
        events.error("", "", problem + " (the file is refused; the last good one stays in force)");
      }
    }
    for (ConfigChange change : update.changes()) {
      events.info("", "", change.toString());
    }
    if (!update.now().mesh().equals(update.before().mesh())) {
      meshChanged(update.now());
    }
    zones.apply(update.now().zones());
    doubts.tell(update.now());
    saveInForce(update.now());
  }

  private void meshChanged(Loaded now) {
    try {
      Roster fresh = MeshMembers.roster(now.mesh(), config.name(), data.key());
      // Handles that NFS clients hold, and connections with peers, are made for one mesh.
      if (!fresh.mesh().equals(gossip.roster().mesh())) {
        throw new StartFailure("mesh.toml is of another mesh: start the node again to join that");
      }
      gossip.setRoster(fresh);
      peers.rosterChanged();
      meshProblem = Optional.empty();
    } catch (StartFailure e) {
      String problem = e.getMessage() + " (until then, the last good one stays in force)";
      meshProblem = Optional.of(problem);
      events.error("", "", problem);
    }
  }

  /** What is wrong with the mesh.toml that is there now, and so not in force. */
  Optional<String> meshProblem() {
    return meshProblem;
  }

  /** Keeps what is in force for a start with a mistake in a file. */
  void saveInForce(Loaded loaded) {
    try {
      LastGood.save(data.path(), loaded);
    } catch (IOException e) {
      events.warn("", "", "what is in force cannot be kept: " + Plainly.of(e));
    }
  }

  /** Begins to listen; what was heard before counts as heard now. */
  void follow() {
    gossip.listen(this);
    gossip.peers().stream().filter(p -> p.state() == PeerState.ALIVE).forEach(this::peerChanged);
  }

  @Override
  public void peerChanged(PeerView peer) {
    if (peer.state() != states.put(peer.id(), peer.state())) {
      events.info("", peer.name(), "is " + MeshView.state(peer.state()));
    }
  }

  @Override
  public void peerGone(NodeId peer) {
    states.remove(peer);
  }

  @Override
  public void membershipDiffers(NodeId peer, long digest) {
    if (differing.add(peer)) {
      String name = gossip.roster().byId(peer).map(e -> e.name()).orElse(peer.shortForm());
      events.warn("", name, "goes by another mesh.toml: make them the same");
    }
  }
}
