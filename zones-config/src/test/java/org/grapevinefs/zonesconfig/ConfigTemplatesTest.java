// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.grapevinefs.zonesconfig.MeshConfig.MeshNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTemplatesTest {
  private static final NodeName NODE = new NodeName("chimay-bleue");

  @TempDir Path temp;

  @Test
  void firstFiles_loadWithoutAProblem() {
    Folder folder =
        new Folder(temp)
            .node(ConfigTemplates.firstNode(NODE, Path.of("/var/lib/grapevine/volume")))
            .zone("shared", ConfigTemplates.firstZone(NODE));
    Loaded loaded = folder.load();
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.node())
        .contains(
            NodeConfig.of(
                NODE, List.of(VolumeConfig.of("main", Path.of("/var/lib/grapevine/volume")))));
    assertThat(loaded.zone(new ZoneName("shared")))
        .contains(
            ZoneConfig.of(new ZoneName("shared"), ByteSize.parse("10GB"), List.of(NODE))
                .withDescription("A first zone"));
  }

  @Test
  void firstFiles_withEveryCommentedKeySwitchedOn_loadToo() {
    Folder folder =
        new Folder(temp)
            .node(switchedOn(ConfigTemplates.firstNode(NODE, Path.of("/v"))))
            .zone("shared", switchedOn(ConfigTemplates.firstZone(NODE)));
    assertThat(folder.load().problems()).isEmpty();
    assertThat(folder.load().node().orElseThrow().volumes().getFirst().capacity())
        .hasToString("Optional[8TB]");
    ZoneConfig zone = folder.zoneNamed("shared");
    assertThat(zone.snapshots()).contains(SnapshotPolicy.on(List.of(NODE)));
    assertThat(zone.ignore()).isNotEmpty();
  }

  private static String switchedOn(String template) {
    return template.replaceAll("(?m)^# (\\[|[a-z-]+ += )", "$1");
  }

  @Test
  void node_anyRecord_readsBack() {
    NodeConfig node =
        new NodeConfig(
            NODE,
            new NodeConfig.Gossip(
                HostPort.parse("[::]:1"), List.of(HostPort.parse("a.lan:2")), false),
            HostPort.parse("127.0.0.1:3"),
            HostPort.parse("127.0.0.1:4"),
            HostPort.parse("127.0.0.1:5"),
            List.of(
                VolumeConfig.of("a", Path.of("/with \"quotes\" and \\")),
                new VolumeConfig(
                    "b",
                    Path.of("/b"),
                    Optional.of(new ByteSize(1_234_567)),
                    VolumeType.BTRFS,
                    QuotaMode.FULL),
                VolumeConfig.of("c", Path.of("/c")).withType(VolumeType.DIRECTORY)));
    Loaded loaded = new Folder(temp).node(ConfigTemplates.node(node)).load();
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.node()).contains(node);
  }

  @Test
  void node_withEncryptedNfs_readsBack() {
    NodeConfig node =
        new NodeConfig(
            NODE,
            NodeConfig.Gossip.DEFAULT,
            NodeConfig.DEFAULT_PEER,
            new NodeConfig.Nfs(
                HostPort.parse("0.0.0.0:2049"),
                NfsTls.MUTUAL,
                Optional.of(Path.of("/tls/clients.pem")),
                Optional.of(Path.of("/tls/node.pem")),
                Optional.of(Path.of("/tls/node.key")),
                Duration.ofSeconds(90)),
            NodeConfig.DEFAULT_ADMIN,
            List.of());
    Loaded loaded = new Folder(temp).node(ConfigTemplates.node(node)).load();
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.node()).contains(node);
  }

  @Test
  void mesh_anyRecord_readsBack() {
    MeshConfig mesh =
        new MeshConfig(
            "0123456789abcdef0123456789abcdef",
            List.of(
                new MeshNode(NODE, NodeKey.of(new byte[32]), List.of()),
                new MeshNode(
                    new NodeName("b"),
                    NodeKey.parse("01".repeat(32)),
                    List.of(HostPort.parse("[::1]:1"), HostPort.parse("b:2")))));
    Loaded loaded = new Folder(temp).node("name = \"b\"\n").mesh(ConfigTemplates.mesh(mesh)).load();
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.mesh()).contains(mesh);
  }

  @Test
  void zone_fiveHundredRandomOnes_readBack() {
    Random random = new Random(20_261_121);
    for (int i = 0; i < 500; i++) {
      ZoneConfig zone = randomZone(random);
      ConfigLoader.ParsedZone parsed =
          new ConfigLoader()
              .parseZone(zone.name(), ConfigTemplates.zone(zone), Path.of("z.toml"), null);
      assertThat(parsed.problems()).as("%s", zone).isEmpty();
      assertThat(parsed.zone()).contains(zone);
    }
  }

  private static ZoneConfig randomZone(Random random) {
    List<NodeName> members = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      members.add(new NodeName("n" + i + (random.nextBoolean() ? ".lan" : "")));
    }
    boolean memory = random.nextInt(4) == 0;
    Map<NodeName, String> placement = new TreeMap<>();
    if (!memory && random.nextBoolean()) {
      placement.put(members.getFirst(), "hdd");
    }
    return new ZoneConfig(
        new ZoneName("z" + random.nextInt(100)),
        text(random),
        new ByteSize(Limits.SMALLEST_QUOTA.bytes() + random.nextLong(1L << 50)),
        members,
        memory ? ZoneType.MEMORY : ZoneType.FILESYSTEM,
        new TreeMap<>(random.nextBoolean() ? Map.of() : Map.of("k" + text(random), text(random))),
        patterns(random),
        namePatterns(random),
        random.nextBoolean() ? "id" : "k" + text(random),
        namePatterns(random),
        !memory && random.nextBoolean() ? Durability.STRICT : Durability.RELAXED,
        new TreeMap<>(placement),
        memory || random.nextBoolean() ? Optional.empty() : Optional.of(policy(random, members)),
        random.nextBoolean(),
        random.nextBoolean()
            ? ZoneLimits.NONE
            : new ZoneLimits(
                Optional.of(new ByteSize(1 + random.nextLong(1L << 40))),
                Optional.empty(),
                Optional.of(1 + random.nextInt(10_000)),
                Optional.empty()),
        new AccessRules(
            random.nextBoolean()
                ? List.of()
                : List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("2001:db8::/32")),
            random.nextBoolean() ? List.of() : List.of(Cidr.parse("::1")),
            List.of(Squash.ROOT, Squash.ALL, Squash.NONE).get(random.nextInt(3)),
            random.nextBoolean() ? new ServingNodes.Any() : new ServingNodes.Only(members)));
  }

  private static SnapshotPolicy policy(Random random, List<NodeName> members) {
    Map<SnapshotAge, Integer> keep = new EnumMap<>(SnapshotAge.class);
    for (SnapshotAge age : SnapshotAge.values()) {
      if (random.nextBoolean()) {
        keep.put(age, random.nextInt(50));
      }
    }
    return new SnapshotPolicy(
        members.subList(0, random.nextInt(members.size() + 1)),
        Duration.ofSeconds(60 + random.nextLong(1_000_000)),
        keep,
        random.nextBoolean()
            ? new SnapshotBudget.TimesQuota(1 + random.nextInt(10_000))
            : new SnapshotBudget.Fixed(new ByteSize(random.nextLong(1L << 50))));
  }

  private static List<String> patterns(Random random) {
    return random.nextBoolean() ? List.of() : List.of("*.tmp", "a\\ b/" + random.nextInt(9));
  }

  private static List<String> namePatterns(Random random) {
    return random.nextBoolean() ? List.of() : List.of("*.jsonl", "[ab]\\ ?" + random.nextInt(9));
  }

  private static String text(Random random) {
    String alphabet = "ab \"\\\n\t\u0007#'={}[]\u00e9\u5b57";
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      out.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return out.toString();
  }

  @Test
  void lastGood_saved_readsBackAndForgetsRemovedZones() throws Exception {
    Folder folder =
        new Folder(temp.resolve("etc"))
            .node(Folder.NODE)
            .zone("a", Folder.ZONE)
            .zone("b", Folder.ZONE);
    Path data = temp.resolve("data");
    assertThat(LastGood.load(data)).isEqualTo(Loaded.NOTHING);
    LastGood.save(data, folder.load());
    assertThat(LastGood.load(data)).isEqualTo(folder.load());
    folder.remove("zones.d/a.toml");
    LastGood.save(data, folder.load());
    assertThat(LastGood.load(data)).isEqualTo(folder.load());
    assertThat(LastGood.load(data).zones()).hasSize(1);
  }

  @Test
  void lastGood_zoneBrokenWhileDown_staysInForce() throws Exception {
    Folder folder = new Folder(temp.resolve("etc")).node(Folder.NODE).zone("a", Folder.ZONE);
    Path data = temp.resolve("data");
    LastGood.save(data, folder.load());
    folder.zone("a", "quota = oops");
    Loaded loaded = new ConfigLoader().load(folder.path(), LastGood.load(data));
    assertThat(loaded.zones()).hasSize(1);
    assertThat(loaded.problems()).hasSize(1);
  }
}
