// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.grapevinefs.gossip.GossipListener;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.PeerView;
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
  private final Set<NodeId> differing = new HashSet<>();

  Follower(
      NodeConfig config,
      DataFolder data,
      GossipService gossip,
      Peers peers,
      ZoneTable zones,
      EventLog events) {
    this.config = config;
    this.data = data;
    this.gossip = gossip;
    this.peers = peers;
    this.zones = zones;
    this.events = events;
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
      try {
        gossip.setRoster(MeshMembers.roster(update.now().mesh(), config.name(), data.key()));
        peers.rosterChanged();
      } catch (StartFailure e) {
        events.error("", "", e.getMessage() + " (the last good mesh.toml stays in force)");
      }
    }
    zones.apply(update.now().zones());
    saveInForce(update.now());
  }

  /** Keeps what is in force for a start with a mistake in a file. */
  void saveInForce(Loaded loaded) {
    try {
      LastGood.save(data.path(), loaded);
    } catch (IOException e) {
      events.warn("", "", "what is in force cannot be kept: " + DataFolder.why(e));
    }
  }

  @Override
  public void peerChanged(PeerView peer) {
    events.info("", peer.name(), "is " + MeshView.state(peer.state()));
  }

  @Override
  public void membershipDiffers(NodeId peer, long digest) {
    if (differing.add(peer)) {
      String name = gossip.roster().byId(peer).map(e -> e.name()).orElse(peer.shortForm());
      events.warn("", name, "goes by another mesh.toml: make them the same");
    }
  }
}
