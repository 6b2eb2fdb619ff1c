// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
  @TempDir Path data;

  @Test
  void ofSeed_rfc8032Vector_hasPublishedKeyAndSignature() {
    byte[] seed =
        HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    NodeKey key = NodeKey.ofSeed(seed);
    assertThat(key.publicKey())
        .hasToString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assertThat(HexFormat.of().formatHex(key.sign(new byte[0])))
        .startsWith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155");
  }

  @Test
  void verifies_changedMessageOrSignature_isFalse() {
    NodeKey key = TestKeys.key(1);
    byte[] message = "hello".getBytes(StandardCharsets.UTF_8);
    byte[] signature = key.sign(message);
    assertThat(key.publicKey().verifies(message, signature)).isTrue();
    assertThat(key.publicKey().verifies(new byte[] {1}, signature)).isFalse();
    assertThat(key.publicKey().verifies(message, new byte[3])).isFalse();
    assertThat(TestKeys.key(2).publicKey().verifies(message, signature)).isFalse();
  }

  @Test
  void ofBytes_anyBytes_isAKeyOrRefusedAsNone() {
    byte[] beyondTheField = new byte[NodePublicKey.BYTES];
    Arrays.fill(beyondTheField, (byte) 0xff);
    assertThatThrownBy(() -> NodePublicKey.ofBytes(beyondTheField))
        .isInstanceOf(IllegalArgumentException.class);
    Random random = new Random(8);
    int keys = 0;
    for (int i = 0; i < 500; i++) {
      byte[] bytes = new byte[NodePublicKey.BYTES];
      random.nextBytes(bytes);
      keys += isKey(bytes) ? 1 : 0;
    }
    assertThat(keys).isBetween(1, 499);
  }

  private static boolean isKey(byte[] bytes) {
    try {
      return Arrays.equals(NodePublicKey.ofBytes(bytes).toBytes(), bytes);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void parse_fullForm_givesTheSameId() {
    NodeId id = TestKeys.key(7).id();
    assertThat(NodeId.parse(id.toString())).isEqualTo(id);
    assertThat(id.toString()).hasSize(52).startsWith(id.shortForm());
    assertThat(id.shortForm()).hasSize(12).matches("[a-z2-7]+");
  }

  @Test
  void parse_wrongText_isRefused() {
    assertThatThrownBy(() -> NodeId.parse("abc")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NodeId.parse("!".repeat(52)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NodeId.parse("7".repeat(52))).hasMessageContaining("canonical");
    assertThatThrownBy(() -> MeshId.parse("00")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void loadOrCreate_twice_givesTheSameKeyInAPrivateFile() throws Exception {
    NodeKey first = NodeKey.loadOrCreate(data.resolve("deep"), new SecureRandom());
    NodeKey second = NodeKey.loadOrCreate(data.resolve("deep"), new SecureRandom());
    assertThat(second.id()).isEqualTo(first.id());
    Path file = data.resolve("deep/node.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var files = Files.list(data.resolve("deep"))) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void load_brokenOrOpenFile_saysHowToMendIt() throws Exception {
    NodeKey.loadOrCreate(data, new SecureRandom());
    Path file = data.resolve("node.key");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> NodeKey.load(file))
        .isInstanceOf(NodeKeyException.class)
        .hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(file, "not a key");
    assertThatThrownBy(() -> NodeKey.load(file)).hasMessageContaining("restore it");
    Files.write(file, new byte[9000]);
    assertThatThrownBy(() -> NodeKey.load(file)).hasMessageContaining("larger than");
    Files.delete(file);
    assertThatThrownBy(() -> NodeKey.load(file)).hasMessageContaining("is not there");
  }

  @Test
  void ofName_zone_isTheFirstHalfOfTheDigest() {
    assertThat(ZoneId.ofName("tier-1")).isEqualTo(ZoneId.ofName("tier-1"));
    assertThat(ZoneId.ofName("tier-1")).isNotEqualTo(ZoneId.ofName("tier-2"));
    assertThat(ZoneId.ofName("tier-1")).hasToString("fc6f4b72e0616c6bb1312ce76a9b4550");
  }

  @Test
  void roster_lookups_findMembersOnly() {
    Roster roster = TestKeys.roster(1, 2, 3);
    assertThat(roster.trusts(TestKeys.key(2).publicKey())).isTrue();
    assertThat(roster.trusts(TestKeys.key(9).publicKey())).isFalse();
    assertThat(roster.byName("node-3").orElseThrow().id()).isEqualTo(TestKeys.key(3).id());
    assertThat(roster.byId(TestKeys.key(1).id())).isPresent();
    assertThat(roster.digest()).isEqualTo(TestKeys.roster(3, 1, 2).digest());
    assertThat(roster.digest()).isNotEqualTo(TestKeys.roster(1, 2).digest());
  }

  @Test
  void roster_sameNameOrKeyTwice_isRefused() {
    Roster.Entry entry = TestKeys.entry(1);
    Roster.Entry sameName = new Roster.Entry("node-1", TestKeys.key(2).publicKey(), List.of());
    Roster.Entry sameKey = new Roster.Entry("other", TestKeys.key(1).publicKey(), List.of());
    assertThatThrownBy(() -> new Roster(TestKeys.MESH, List.of(entry, sameName)))
        .hasMessageContaining("two nodes");
    assertThatThrownBy(() -> new Roster(TestKeys.MESH, List.of(entry, sameKey)))
        .hasMessageContaining("stands twice");
  }

  @Test
  void nodeAddress_parse_takesNamesAndBothLiteralForms() {
    assertThat(NodeAddress.parse("hertog-jan.lan:2645"))
        .isEqualTo(new NodeAddress("hertog-jan.lan", 2645));
    assertThat(NodeAddress.parse("[::1]:2645")).hasToString("[::1]:2645");
    for (String wrong : List.of("host", ":1", "host:0", "host:70000", "::1:2645", "a b:1", "h:x")) {
      assertThatThrownBy(() -> NodeAddress.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
