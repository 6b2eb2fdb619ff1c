// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What right files mean, key by key. */
class ConfigLoaderTest {
  static final String EVERY_KEY =
      """
      description = "Personal documents"
      quota   = "512GB"
      members = ["chimay-bleue", "hertog-jan", "cara-pils"]
      type    = "filesystem"
      labels  = { owner = "me", "a.b" = "c d" }
      ignore  = ["scratch/", "*.tmp"]
      merge = ["*.jsonl"]
      merge-key = "uuid"
      merge-text = ["*.md"]
      durability = "strict"
      list-snapshots = true
      [placement]
      chimay-bleue = "nvme"
      [snapshots]
      on     = ["chimay-bleue"]
      every  = "30m"
      keep   = { quarter-hourly = 4, hourly = 3, daily = 14, weekly = 7, four-weekly = 0 }
      budget = "1.5x"
      [limits]
      read = "200MB/s"
      write = "100Mi/s"
      read-iops = 2000
      write-iops = 1000
      [access]
      clients = ["127.0.0.1", "192.0.2.0/24"]
      read-only = ["198.51.100.7"]
      squash  = "all"
      nodes   = ["westmalle"]
      """;

  @TempDir Path temp;
  private Folder folder = new Folder(Path.of("/"));

  @BeforeEach
  void goodNode() {
    folder = new Folder(temp).node(Folder.NODE);
  }

  @Test
  void node_everyKey_isTaken() {
    folder.node(
        """
        name = "chimay-bleue"
        [gossip]
        listen = "192.0.2.1:2700"
        seeds  = ["hertog-jan.lan:2645", "[2001:db8::1]:2645"]
        broadcast = false
        [peer]
        listen = "0.0.0.0:2701"
        [nfs]
        listen = "0.0.0.0:2049"
        [admin]
        listen = "127.0.0.1:2646"
        [[volume]]
        name = "hdd"
        path = "/tank/gv-zones"
        capacity = "8TB"
        type = "btrfs"
        quota-mode = "full"
        """);
    Loaded loaded = folder.load();
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.node())
        .contains(
            new NodeConfig(
                new NodeName("chimay-bleue"),
                new NodeConfig.Gossip(
                    new HostPort("192.0.2.1", 2700),
                    List.of(
                        new HostPort("hertog-jan.lan", 2645), new HostPort("2001:db8::1", 2645)),
                    false),
                new HostPort("0.0.0.0", 2701),
                new HostPort("0.0.0.0", 2049),
                new HostPort("127.0.0.1", 2646),
                List.of(
                    new VolumeConfig(
                        "hdd",
                        Path.of("/tank/gv-zones"),
                        Optional.of(ByteSize.parse("8TB")),
                        VolumeType.BTRFS,
                        QuotaMode.FULL))));
  }

  @Test
  void node_nameOnly_hasSafeDefaults() {
    folder.node("name = \"n\"\n");
    NodeConfig node = folder.load().node().orElseThrow();
    assertThat(node).isEqualTo(NodeConfig.of(new NodeName("n"), List.of()));
    assertThat(node.nfsListen()).hasToString("127.0.0.1:2049");
    assertThat(node.adminListen()).hasToString("127.0.0.1:2646");
    assertThat(node.peerListen()).hasToString("0.0.0.0:2645");
    assertThat(node.gossip().broadcast()).isTrue();
  }

  @Test
  void zone_everyKey_isTaken() {
    folder.zone("tier-1", EVERY_KEY);
    assertThat(folder.load().problems()).isEmpty();
    ZoneConfig zone = folder.zoneNamed("tier-1");
    assertThat(zone.description()).isEqualTo("Personal documents");
    assertThat(zone.quota()).hasToString("512GB");
    assertThat(zone.members())
        .extracting(NodeName::value)
        .containsExactly("chimay-bleue", "hertog-jan", "cara-pils");
    assertThat(zone.type()).isEqualTo(ZoneType.FILESYSTEM);
    assertThat(zone.labels()).isEqualTo(Map.of("owner", "me", "a.b", "c d"));
    assertThat(zone.ignore()).containsExactly("scratch/", "*.tmp");
    assertThat(zone.merge()).containsExactly("*.jsonl");
    assertThat(zone.mergeKey()).isEqualTo("uuid");
    assertThat(zone.mergeText()).containsExactly("*.md");
    assertThat(zone.durability()).isEqualTo(Durability.STRICT);
    assertThat(zone.listSnapshots()).isTrue();
    assertThat(zone.placement()).isEqualTo(Map.of(new NodeName("chimay-bleue"), "nvme"));
    assertThat(zone.snapshots())
        .contains(
            new SnapshotPolicy(
                List.of(new NodeName("chimay-bleue")),
                Duration.ofMinutes(30),
                Map.of(
                    SnapshotAge.QUARTER_HOURLY, 4,
                    SnapshotAge.HOURLY, 3,
                    SnapshotAge.DAILY, 14,
                    SnapshotAge.WEEKLY, 7,
                    SnapshotAge.FOUR_WEEKLY, 0),
                new SnapshotBudget.TimesQuota(150)));
  }

  @Test
  void zone_everyKey_limitsAndAccessAreTakenToo() {
    folder.zone("tier-1", EVERY_KEY);
    ZoneConfig zone = folder.zoneNamed("tier-1");
    assertThat(zone.limits())
        .isEqualTo(
            new ZoneLimits(
                Optional.of(ByteSize.parse("200MB")),
                Optional.of(ByteSize.parse("100MB")),
                Optional.of(2000),
                Optional.of(1000)));
    assertThat(zone.access())
        .isEqualTo(
            new AccessRules(
                List.of(Cidr.parse("127.0.0.1"), Cidr.parse("192.0.2.0/24")),
                List.of(Cidr.parse("198.51.100.7")),
                Squash.ALL,
                new ServingNodes.Only(List.of(new NodeName("westmalle")))));
    assertThat(zone.mayServe(new NodeName("westmalle"))).isTrue();
    assertThat(zone.mayServe(new NodeName("cara-pils"))).isTrue();
    assertThat(zone.mayServe(new NodeName("orval"))).isFalse();
    assertThat(folder.load().node().orElseThrow().volumeOf(zone).map(VolumeConfig::name))
        .contains("nvme");
  }

  @Test
  void zone_quotaAndMembersOnly_hasTheDefaults() {
    folder.zone("z", Folder.ZONE);
    ZoneConfig zone = folder.zoneNamed("z");
    assertThat(zone)
        .isEqualTo(
            ZoneConfig.of(
                new ZoneName("z"),
                ByteSize.parse("1GB"),
                List.of(new NodeName("chimay-bleue"), new NodeName("hertog-jan"))));
    assertThat(zone.access().clients()).hasToString("[127.0.0.1, 0:0:0:0:0:0:0:1]");
    assertThat(folder.load().node().orElseThrow().volumeOf(zone).map(VolumeConfig::name))
        .contains("hdd");
  }

  @Test
  void zone_emptySnapshotsSection_meansTheDefaultPolicyOnAllMembers() {
    folder.zone("z", Folder.ZONE + "[snapshots]\n");
    ZoneConfig zone = folder.zoneNamed("z");
    assertThat(zone.snapshots()).contains(SnapshotPolicy.on(zone.members()));
  }

  @Test
  void zone_quotaAsANumber_isBytes() {
    folder.zone("z", "quota = 1048576\nmembers = [\"a\"]\n[snapshots]\nbudget = 2097152\n");
    assertThat(folder.zoneNamed("z").quota()).hasToString("1MB");
    assertThat(folder.zoneNamed("z").snapshots().orElseThrow().budget()).hasToString("2MB");
  }

  @Test
  void mesh_everyKey_isTaken() {
    String key = NodeKey.of(new byte[32]).toString();
    folder.mesh(
        """
        id = "00112233445566778899aabbccddeeff"
        [[node]]
        name = "chimay-bleue"
        key = "%s"
        addresses = ["192.0.2.1:2645"]
        """
            .formatted(key));
    assertThat(folder.load().problems()).isEmpty();
    assertThat(folder.load().mesh())
        .contains(
            new MeshConfig(
                "00112233445566778899aabbccddeeff",
                List.of(
                    new MeshConfig.MeshNode(
                        new NodeName("chimay-bleue"),
                        NodeKey.parse(key),
                        List.of(new HostPort("192.0.2.1", 2645))))));
  }

  @Test
  void load_refusedZone_keepsTheLastGoodAndTheOthers() {
    Loaded good = folder.zone("a", Folder.ZONE).zone("b", Folder.ZONE).load();
    folder.zone("a", "quota = 7\n").zone("b", Folder.ZONE.replace("1GB", "2GB"));
    Loaded now = new ConfigLoader().load(temp, good);
    assertThat(now.problems()).isNotEmpty();
    assertThat(now.zones().get(new ZoneName("a"))).isEqualTo(good.zones().get(new ZoneName("a")));
    assertThat(now.zone(new ZoneName("b")).map(ZoneConfig::quota)).hasToString("Optional[2GB]");
    assertThat(folder.load().zones()).containsOnlyKeys(new ZoneName("b"));
  }

  @Test
  void load_refusedNodeAndMesh_keepTheLastGood() {
    Loaded good = folder.mesh("id = \"" + "0".repeat(32) + "\"\n").load();
    folder.mesh("id = 3\n").node("nam = \"x\"\n");
    Loaded now = new ConfigLoader().load(temp, good);
    assertThat(now.node()).isEqualTo(good.node());
    assertThat(now.mesh()).isEqualTo(good.mesh()).isPresent();
    assertThat(now.problems()).isNotEmpty();
  }

  @Test
  void load_removedZoneFile_removesTheZone() {
    Loaded good = folder.zone("a", Folder.ZONE).zone("b", Folder.ZONE).load();
    folder.remove("zones.d/a.toml");
    Loaded now = new ConfigLoader().load(temp, good);
    assertThat(now.problems()).isEmpty();
    assertThat(now.zones()).containsOnlyKeys(new ZoneName("b"));
  }

  @Test
  void load_folderGone_keepsEverything() {
    Loaded good = folder.zone("a", Folder.ZONE).load();
    Loaded now = new ConfigLoader().load(temp.resolve("gone"), good);
    assertThat(now.zones()).isEqualTo(good.zones());
    assertThat(now.node()).isEqualTo(good.node());
    assertThat(now.problems())
        .hasToString("[" + temp + "/gone: no such folder; \"grapevine init\" makes one]");
  }

  @Test
  void load_zonesFolderGone_keepsTheZones() {
    Loaded good = folder.zone("a", Folder.ZONE).load();
    folder.remove("zones.d/a.toml");
    folder.remove("zones.d");
    Loaded now = new ConfigLoader().load(temp, good);
    assertThat(now.zones()).isEqualTo(good.zones());
    assertThat(now.problems())
        .hasToString("[" + temp + "/zones.d: cannot be read; the zones stay as they were]");
  }

  @Test
  void load_editorsFiles_areNotZones() {
    folder
        .zone("a", Folder.ZONE)
        .write("zones.d/.a.toml.swp", "x")
        .write("zones.d/.#a.toml", "x")
        .write("zones.d/#a.toml#", "x")
        .write("zones.d/a.toml~", "x")
        .write("zones.d/b.toml.removed", "x");
    Loaded loaded = folder.load();
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.zones()).hasSize(1);
  }

  @Test
  void load_otherSuffix_isWarnedOf() {
    folder.write("zones.d/a.tml", Folder.ZONE);
    assertThat(folder.load().warnings())
        .hasToString("[" + temp + "/zones.d: \"a.tml\" is not read: a zone's file ends in .toml]");
  }

  @Test
  void load_memoryZoneWithDiskKeys_isWarnedOf() {
    folder.zone("m", Folder.ZONE + "type = \"memory\"\ndurability = \"strict\"\n");
    assertThat(folder.load().warnings())
        .extracting(warning -> warning.toString().replace(temp + "/zones.d/", ""))
        .containsExactly(
            "m.toml:3:8: memory is right, but this version keeps the zone on a volume",
            "m.toml:4:1: durability means nothing for a zone in memory");
    assertThat(folder.zoneNamed("m").type()).isEqualTo(ZoneType.MEMORY);
  }

  @Test
  void load_keysForLaterVersions_areWarnedOf() {
    folder.node(Folder.NODE + "capacity = \"1TB\"\n");
    folder.zone("z", Folder.ZONE + "ignore = [\"*.tmp\"]\n[snapshots]\n[limits]\n");
    assertThat(folder.load().problems()).isEmpty();
    assertThat(folder.load().warnings())
        .extracting(warning -> warning.toString().replace(temp + "/", ""))
        .containsExactly(
            "node.toml:8:1: capacity is right, but this version does not act on it yet",
            "zones.d/z.toml:3:1: ignore is right, but this version does not act on it yet",
            "zones.d/z.toml:4:1: snapshots is right, but this version does not act on it yet",
            "zones.d/z.toml:5:1: limits is right, but this version does not act on it yet");
  }
}
