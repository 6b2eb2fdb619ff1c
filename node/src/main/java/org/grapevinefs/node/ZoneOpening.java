// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.fs.ZoneViews;
import org.grapevinefs.replication.merge.MergeRules;
import org.grapevinefs.replication.peer.RemoteZone;
import org.grapevinefs.replication.peer.ZoneAccess;
import org.grapevinefs.replication.volume.Volume;
import org.grapevinefs.replication.zone.LocalZone;
import org.grapevinefs.replication.zone.ZoneHome;
import org.grapevinefs.replication.zone.ZoneSettings;
import org.grapevinefs.zonesconfig.Durability;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.NodeName;
import org.grapevinefs.zonesconfig.ZoneConfig;
import org.grapevinefs.zonesconfig.ZoneName;
import org.grapevinefs.zonesconfig.ZoneType;

/**
 * How a zone begins on this node: a member opens its replica on its volume and has peers and gossip
 * know of it; any other node reaches it through its members, if the zone lets it.
 */
final class ZoneOpening implements ZoneTable.Opener {
  private final NodeConfig node;
  private final GossipService gossip;
  private final Peers peers;
  private final EventLog events;
  private final InstantSource clock;
  private final Path tokens;
  private final Volumes volumes;
  private final Map<ZoneName, Live> live = new ConcurrentHashMap<>();

  /** A zone that is held here, and what of it may change while it runs. */
  private final class Live implements ZoneAccess {
    private final LocalZone zone;
    private final Volume volume;
    private volatile ZoneConfig config;

    Live(LocalZone zone, Volume volume, ZoneConfig config) {
      this.zone = zone;
      this.volume = volume;
      this.config = config;
    }

    @Override
    public Set<NodeId> members() {
      return peers.memberIds(config);
    }

    @Override
    public boolean mayServe(NodeId id) {
      return gossip
          .roster()
          .byId(id)
          .map(entry -> config.mayServe(new NodeName(entry.name())))
          .orElse(false);
    }
  }

  ZoneOpening(
      NodeConfig node,
      DataFolder data,
      GossipService gossip,
      Peers peers,
      EventLog events,
      InstantSource clock) {
    this.node = node;
    this.tokens = data.path().resolve("zones");
    this.gossip = gossip;
    this.peers = peers;
    this.events = events;
    this.clock = clock;
    this.volumes = new Volumes(node);
  }

  @Override
  public ServedZone open(ZoneConfig config) {
    ZoneId id = ZoneId.ofName(config.name().value());
    peers.members(id, config);
    if (!config.hasMember(node.name())) {
      return config.mayServe(node.name()) ? through(id, config) : new ServedZone.Refused(config);
    }
    if (config.type() == ZoneType.MEMORY) {
      return new ServedZone.Failed(
          config, "memory zones are not built yet: say type = \"filesystem\", or remove the file");
    }
    try {
      return held(id, config);
    } catch (StartFailure e) {
      return new ServedZone.Failed(config, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new ServedZone.Failed(config, "cannot be opened: " + why(e));
    } catch (RuntimeException e) {
      return new ServedZone.Failed(config, "cannot be opened: " + e.getMessage());
    }
  }

  private static String why(IOException problem) {
    String words = Plainly.of(problem);
    if (words.contains("/LOCK:")) {
      return "another process has its index open: two nodes may not keep a zone in the same volume";
    }
    return words.contains("orrupt")
        ? words
            + ": move the index aside, and a new one is made; other members tell what was in it,"
            + " and \"grapevine zone scan\" takes in what only this folder has"
        : words;
  }

  private ServedZone through(ZoneId id, ZoneConfig config) {
    RemoteZone zone = peers.service().remoteZone(id);
    return new ServedZone.Through(config, zone, zone);
  }

  private ServedZone held(ZoneId id, ZoneConfig config) throws StartFailure, IOException {
    String name = config.name().value();
    Volume volume = volumes.of(config);
    LocalZone zone =
        new ZoneHome(
                name,
                node.name().value(),
                volume,
                tokens,
                clock,
                System::nanoTime,
                new SecureRandom())
            .open(settings(config));
    Live held = new Live(zone, volume, config);
    live.put(config.name(), held);
    ZoneViews views = new ZoneViews(zone);
    peers.service().addZone(id, zone, views.view(), held);
    VersionTeller teller = new VersionTeller(name, zone, held, gossip, events);
    FolderCheck.start(name, zone, events);
    return new ServedZone.Held(
        config,
        views.view(),
        zone,
        volume.path().resolve(name),
        () -> end(id, config.name(), teller));
  }

  private void end(ZoneId id, ZoneName name, VersionTeller teller) throws Exception {
    Live held = live.remove(name);
    teller.close();
    peers.service().removeZone(id);
    if (held != null) {
      held.zone.close();
    }
  }

  @Override
  public void forget(ZoneConfig config) {
    peers.forget(ZoneId.ofName(config.name().value()));
  }

  private static ZoneSettings settings(ZoneConfig config) {
    return ZoneSettings.DEFAULT
        .withQuota(config.quota().bytes())
        .withStrict(config.durability() == Durability.STRICT)
        .withMerges(new MergeRules(config.merge(), config.mergeText(), config.mergeKey()));
  }

  @Override
  public ServedZone adjust(ServedZone.Held zone, ZoneConfig config) {
    Live held = live.get(config.name());
    if (held == null) {
      return open(config);
    }
    held.config = config;
    peers.members(ZoneId.ofName(config.name().value()), config);
    held.zone.reconfigure(settings(config));
    if (!config.quota().equals(zone.config().quota())) {
      try {
        held.volume.setQuota(config.name().value(), config.quota().bytes());
      } catch (IOException e) {
        events.error(
            config.name().value(), "", "the kernel's quota cannot be set: " + Plainly.of(e));
      }
    }
    return new ServedZone.Held(config, zone.files(), zone.replica(), zone.folder(), zone.end());
  }
}
