// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.PeerView;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.zonesconfig.ConfigProblem;
import org.grapevinefs.zonesconfig.ConfigWarning;
import org.grapevinefs.zonesconfig.Facts;
import org.grapevinefs.zonesconfig.Loaded;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.NodeName;
import org.grapevinefs.zonesconfig.Warnings;

/**
 * What is in force and will not do all that was hoped: told to the log once, and to administrators
 * whenever they ask. Safe for any thread.
 */
final class Doubts {
  private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(5).toNanos();

  /** A file system is low from here on; some would not let a node work to the last byte. */
  private static final double LOW_FREE_SHARE = 0.05;

  /** One warning; {@code zone} is empty when it is about the node. */
  record Doubt(String zone, String text) {
    @Override
    public String toString() {
      return zone.isEmpty() ? text : "zone " + zone + ": " + text;
    }
  }

  private final NodeConfig running;
  private final GossipService gossip;
  private final EventLog events;
  private final LongSupplier nanoTime;
  private final Set<Doubt> told = new HashSet<>();
  private List<Facts.Volume> volumes = List.of();
  private List<String> low = List.of();
  private long lookedAt;
  private boolean looked;

  Doubts(NodeConfig running, GossipService gossip, EventLog events, LongSupplier nanoTime) {
    this.running = running;
    this.gossip = gossip;
    this.events = events;
    this.nanoTime = nanoTime;
  }

  /** All that is doubtful about a configuration in the world as it is now. */
  List<Doubt> about(Loaded loaded) {
    List<Doubt> doubts = new ArrayList<>();
    for (ConfigProblem warning : loaded.warnings()) {
      doubts.add(new Doubt("", warning.toString()));
    }
    for (ConfigWarning warning : Warnings.of(loaded, facts())) {
      String zone = warning.zone().map(name -> name.value()).orElse("");
      doubts.add(new Doubt(zone, warning.message()));
    }
    if (loaded.node().filter(node -> !node.equals(running)).isPresent()) {
      doubts.add(new Doubt("", "node.toml was edited: the edit holds from the next start"));
    }
    lowDisks().forEach(text -> doubts.add(new Doubt("", text)));
    return doubts;
  }

  /** Whether any volume has little room left. */
  boolean isDiskLow() {
    return !lowDisks().isEmpty();
  }

  /** Logs what was not there when last told. */
  void tell(Loaded loaded) {
    List<Doubt> doubts = about(loaded);
    Set<Doubt> fresh = new HashSet<>(doubts);
    synchronized (told) {
      fresh.removeAll(told);
      told.clear();
      told.addAll(doubts);
    }
    doubts.stream().filter(fresh::contains).forEach(d -> events.warn(d.zone(), "", d.text()));
  }

  private Facts facts() {
    Set<NodeName> heardOf = new HashSet<>();
    for (Roster.Entry entry : gossip.roster().entries()) {
      heardOf.add(new NodeName(entry.name()));
    }
    Map<NodeName, Duration> clocks = new HashMap<>();
    for (PeerView peer : gossip.peers()) {
      peer.clockOffsetMillis()
          .ifPresent(ms -> clocks.put(new NodeName(peer.name()), Duration.ofMillis(ms)));
    }
    return new Facts(Map.of(running.name(), volumes()), heardOf, clocks);
  }

  private synchronized List<Facts.Volume> volumes() {
    look();
    return volumes;
  }

  private synchronized List<String> lowDisks() {
    look();
    return low;
  }

  /** A status may be asked for many times a second; disks change more slowly. */
  private synchronized void look() {
    long now = nanoTime.getAsLong();
    if (!looked || now - lookedAt > LOOK_AGAIN_NANOS) {
      volumes = VolumeFacts.of(running);
      low = VolumeFacts.low(running, LOW_FREE_SHARE);
      lookedAt = now;
      looked = true;
    }
  }
}
