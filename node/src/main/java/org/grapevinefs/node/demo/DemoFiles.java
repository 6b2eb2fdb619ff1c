// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.grapevinefs.gossip.MeshId;
import org.grapevinefs.node.StartFailure;
import org.grapevinefs.replication.volume.BtrfsVolume;
import org.grapevinefs.replication.volume.Volume;
import org.grapevinefs.zonesconfig.AccessRules;
import org.grapevinefs.zonesconfig.ByteSize;
import org.grapevinefs.zonesconfig.Cidr;
import org.grapevinefs.zonesconfig.ConfigLoader;
import org.grapevinefs.zonesconfig.ConfigTemplates;
import org.grapevinefs.zonesconfig.HostPort;
import org.grapevinefs.zonesconfig.MeshConfig;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.NodeKey;
import org.grapevinefs.zonesconfig.NodeName;
import org.grapevinefs.zonesconfig.Squash;
import org.grapevinefs.zonesconfig.VolumeConfig;
import org.grapevinefs.zonesconfig.VolumeType;
import org.grapevinefs.zonesconfig.ZoneConfig;
import org.grapevinefs.zonesconfig.ZoneName;

/**
 * The files of a demo: keys and configuration, written once. A later start leaves them as they are,
 * so that people may edit them, but for what the command line asks anew.
 */
final class DemoFiles {
  private static final ByteSize SHARED_QUOTA = ByteSize.parse("64GB");
  private static final ByteSize SCRATCH_QUOTA = ByteSize.parse("10GB");
  private static final List<Cidr> EVERYWHERE = List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0"));

  private final DemoPlan plan;

  DemoFiles(DemoPlan plan) {
    this.plan = plan;
  }

  /** How many nodes the demo in a folder has; nothing if there is none. */
  static Optional<Integer> existing(Path folder) {
    return new ConfigLoader()
        .load(folder.resolve("node-1").resolve("config"))
        .mesh()
        .map(mesh -> mesh.nodes().size());
  }

  /**
   * Writes what is missing, and for the nodes that are to start what the command line asks anew.
   *
   * @param starting the numbers of those nodes
   */
  void write(List<Integer> starting) throws IOException, StartFailure {
    Optional<Integer> there = existing(plan.folder());
    if (there.isPresent() && there.get() != plan.nodes()) {
      throw new StartFailure(
          plan.folder()
              + " holds a demo of "
              + there.get()
              + " nodes: say --nodes "
              + there.get()
              + ", or another --dir");
    }
    if (there.isEmpty()) {
      refuseForeign();
      refuseWhatIsNoBtrfs();
    } else if (plan.btrfs() && !isForBtrfs()) {
      throw new StartFailure(
          plan.folder()
              + " holds a demo on plain folders: leave out --btrfs, or choose another --dir");
    }
    Optional<MeshConfig> mesh = there.isPresent() ? Optional.empty() : Optional.of(mesh());
    // The first node comes last: while it has no mesh.toml, the demo counts as not yet made.
    for (int i = plan.nodes(); i >= 1; i--) {
      if (mesh.isEmpty() && !starting.contains(i)) {
        continue;
      }
      Files.createDirectories(plan.config(i).resolve(ConfigLoader.ZONES_FOLDER));
      Files.createDirectories(plan.volume(i));
      writeNode(i);
      zone(DemoPlan.SHARED, SHARED_QUOTA, members(), "A zone that all nodes hold", i);
      zone(DemoPlan.SCRATCH, SCRATCH_QUOTA, List.of(plan.name(1)), "Kept on the first node", i);
      if (mesh.isPresent()) {
        Files.writeString(
            plan.config(i).resolve(ConfigLoader.MESH_FILE), ConfigTemplates.mesh(mesh.get()));
      }
    }
  }

  private void refuseForeign() throws IOException, StartFailure {
    if (!Files.isDirectory(plan.folder())) {
      return;
    }
    try (Stream<Path> entries = Files.list(plan.folder())) {
      Optional<Path> foreign =
          entries
              .filter(p -> !p.getFileName().toString().matches("node-\\d+|demo.log"))
              .findFirst();
      if (foreign.isPresent()) {
        throw new StartFailure(
            plan.folder()
                + " holds other files ("
                + foreign.get().getFileName()
                + "): choose"
                + " an empty folder with --dir");
      }
    }
  }

  /** Before anything is written: what is written stays, and would fail without --btrfs too. */
  private void refuseWhatIsNoBtrfs() throws IOException, StartFailure {
    if (!plan.btrfs()) {
      return;
    }
    Files.createDirectories(plan.folder());
    if (!(Volume.at(plan.folder()) instanceof BtrfsVolume)) {
      throw new StartFailure(
          plan.folder()
              + " cannot have Btrfs volumes: it must lie on a Btrfs file system, the user must be"
              + " root, and the btrfs tool must be there; choose another --dir, or leave out"
              + " --btrfs");
    }
  }

  private boolean isForBtrfs() {
    return new ConfigLoader()
        .load(plan.config(1))
        .node()
        .map(node -> node.volumes().stream().noneMatch(one -> one.type() == VolumeType.DIRECTORY))
        .orElse(true);
  }

  private List<NodeName> members() {
    return plan.numbers().stream().map(plan::name).toList();
  }

  private MeshConfig mesh() throws IOException {
    List<MeshConfig.MeshNode> nodes = new ArrayList<>();
    for (int i : plan.numbers()) {
      Files.createDirectories(plan.data(i));
      org.grapevinefs.gossip.NodeKey key =
          org.grapevinefs.gossip.NodeKey.loadOrCreate(plan.data(i), new SecureRandom());
      nodes.add(
          new MeshConfig.MeshNode(
              plan.name(i), NodeKey.of(key.publicKey().toBytes()), List.of(plan.peer(i))));
    }
    return new MeshConfig(MeshId.random(new SecureRandom()).toString(), nodes);
  }

  private void writeNode(int i) throws IOException, StartFailure {
    Path file = plan.config(i).resolve(ConfigLoader.NODE_FILE);
    List<HostPort> seeds = plan.numbers().stream().filter(n -> n != i).map(plan::peer).toList();
    VolumeConfig volume =
        VolumeConfig.of("main", plan.volume(i))
            .withType(plan.btrfs() ? VolumeType.BTRFS : VolumeType.DIRECTORY);
    NodeConfig wanted =
        new NodeConfig(
            plan.name(i),
            new NodeConfig.Gossip(plan.peer(i), seeds, false),
            plan.peer(i),
            plan.nfs(i),
            plan.admin(i),
            List.of(volume));
    Optional<NodeConfig> there = new ConfigLoader().load(plan.config(i)).node();
    if (there.isPresent() && there.get().nfsListen().equals(wanted.nfsListen())) {
      return;
    }
    if (there.isPresent()) {
      NodeConfig old = there.get();
      wanted =
          new NodeConfig(
              old.name(),
              old.gossip(),
              old.peerListen(),
              old.nfs().withListen(wanted.nfsListen()),
              old.adminListen(),
              old.volumes());
    } else if (Files.exists(file)) {
      // The node itself says what is wrong with it, with line and column.
      return;
    }
    Files.writeString(file, ConfigTemplates.node(wanted));
  }

  private void zone(String name, ByteSize quota, List<NodeName> members, String words, int i)
      throws IOException {
    Path file = plan.config(i).resolve(ConfigLoader.ZONES_FOLDER).resolve(name + ".toml");
    ZoneName zoneName = new ZoneName(name);
    boolean open = !plan.nfs(i).isLoopback();
    Optional<ZoneConfig> there =
        Optional.ofNullable(new ConfigLoader().load(plan.config(i)).zones().get(zoneName));
    boolean narrow = there.map(z -> z.access().clients().equals(loopback())).orElse(false);
    if (Files.exists(file) && !(open && narrow)) {
      return;
    }
    // A demo's own user is the one at the keyboard, so root stays root.
    AccessRules access =
        AccessRules.DEFAULT.withSquash(Squash.NONE).withClients(open ? EVERYWHERE : loopback());
    ZoneConfig zone =
        there
            .orElseGet(() -> ZoneConfig.of(zoneName, quota, members).withDescription(words))
            .withAccess(access);
    Files.writeString(file, ConfigTemplates.zone(zone));
  }

  private static List<Cidr> loopback() {
    return AccessRules.DEFAULT.clients();
  }
}
