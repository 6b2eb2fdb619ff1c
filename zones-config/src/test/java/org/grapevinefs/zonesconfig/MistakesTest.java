// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What wrong files are told: place, message, nearest right spelling. */
class MistakesTest {
  @TempDir Path temp;
  private Folder folder = new Folder(Path.of("/"));

  @BeforeEach
  void goodNode() {
    folder = new Folder(temp).node(Folder.NODE);
  }

  /** The problems, without the name of the folder. */
  private List<String> problems() {
    return folder.load().problems().stream()
        .map(problem -> problem.toString().replace(temp + "/", ""))
        .toList();
  }

  private void zoneSays(String text, String... expected) {
    folder.zone("z", text);
    assertThat(problems()).containsExactly(expected);
    assertThat(folder.load().zones()).isEmpty();
  }

  private void nodeSays(String text, String... expected) {
    folder.node(text);
    assertThat(problems()).containsExactly(expected);
    assertThat(folder.load().node()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "quote = 1|3:1: unknown key \"quote\"; did you mean \"quota\"?",
        "durabilty = \"strict\"|3:1: unknown key \"durabilty\"; did you mean \"durability\"?",
        "Merge_Text = []|3:1: unknown key \"Merge_Text\"; did you mean \"merge-text\"?",
        "squash = \"root\"|3:1: the key \"squash\" does not belong here but in [access]",
        "durability = \"stict\"|3:14: durability: \"stict\" is none of relaxed, strict;"
            + " did you mean \"strict\"?",
        "type = \"disk\"|3:8: type: \"disk\" is none of filesystem, memory",
        "type = 3|3:8: \"type\" must be one of filesystem, memory, not the number 3",
        "list-snapshots = \"yes\"|3:18: \"list-snapshots\" must be true or false, without quotes,"
            + " not a text",
        "description = [1]|3:15: \"description\" must be a text in quotes, not a list",
        "labels = \"x\"|3:10: \"labels\" must be a section [labels], not a text",
        "labels = { a = 1 }|3:16: \"a\" must be a text in quotes, not the number 1",
        "ignore = \"*.tmp\"|3:10: \"ignore\" must be a list of patterns in quotes in [ ], not a"
            + " text",
        "ignore = [\"a\", \"\"]|3:16: ignore: \"\" is no pattern: one line, not empty",
        "merge = [\"a/*.jsonl\"]|3:10: merge: \"a/*.jsonl\" has a /, but only names are matched;"
            + " did you mean \"*.jsonl\"?",
        "merge-text = [\"[a.md\"]|3:15: merge-text: \"[a.md\" is no pattern of a name: at most 255"
            + " characters, with *, ? and [abc]",
        "merge-key = \"\"|3:13: merge-key: the name of a field, not empty",
        "ignore = [\"a\", 3]|3:16: \"ignore\" must be a list of patterns in quotes, not the number"
            + " 3",
        "ignore = [\"a\", \"a\"]|3:16: ignore: \"a\" is there twice",
        "quota = \"1GB\"|3:1: not TOML: quota previously defined at line 1, column 1",
        "quota|3:6: not TOML: Unexpected end of line, expected . or =",
        "access = 2026-01-01|3:10: \"access\" must be a section [access], not a date or time",
      })
  void zone_wrongLine_isToldWhere(String line, String expected) {
    zoneSays(Folder.ZONE + line + "\n", "zones.d/z.toml:" + expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "tls = \"on\"|3:7: tls: \"on\" is none of off, optional, required, mutual",
        "tls = \"mutual\"|3:7: tls: mutual needs tls-clients, a file with the certificates of those"
            + " who vouch for clients",
        "tls-key = \"/k\"|3:1: tls-certificate and tls-key stand together",
        "tls-clients = \"c.pem\"|3:15: tls-clients: \"c.pem\" must begin with '/': a path from the"
            + " root",
        "lease = \"9s\"|3:9: lease: from 10s to 1h, not 9s",
        "lease = \"2h\"|3:9: lease: from 10s to 1h, not 2h",
        "lease = 60|3:9: \"lease\" must be a duration in quotes such as \"60s\", not the number 60",
      })
  void nfs_wrongLine_isToldWhere(String line, String expected) {
    nodeSays("name = \"n\"\n[nfs]\n" + line + "\n", "node.toml:" + expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "[placement]|hertog-jn = \"x\"|4:1: placement: \"hertog-jn\" is not a member of this zone;"
            + " did you mean \"hertog-jan\"?",
        "[placement]|chimay-bleue = \"nmve\"|4:16: placement: this node, \"chimay-bleue\", has no"
            + " volume \"nmve\"; did you mean \"nvme\"?",
        "[placement]|quota = \"1GB\"|4:1: the key \"quota\" does not belong here but above the"
            + " first section",
        "[snapshots]|on = [\"chimay-bleu\"]|4:7: on: \"chimay-bleu\" is not a member of this zone;"
            + " did you mean \"chimay-bleue\"?",
        "[snapshots]|every = \"15 min\"|4:9: every: \"15 min\" is no duration: a whole number and"
            + " s, m, h or d; did you mean \"15m\"?",
        "[snapshots]|every = \"1s\"|4:9: every: from 1m to 400d, not 1s",
        "[snapshots]|keep = { dayly = 3 }|4:10: unknown key \"dayly\" in [snapshots.keep];"
            + " did you mean \"daily\"?",
        "[snapshots]|keep = { daily = -1 }|4:18: daily: a number from 0 to 2147483647, not -1",
        "[snapshots]|keep = { daily = 200, weekly = 51 }|4:1: keep: at most 250 snapshots together,"
            + " not 251",
        "[snapshots]|budget = \"lots\"|4:10: budget: \"lots\" is no budget: so many times the quota"
            + " (\"2x\") or a size",
        "[snapshots]|evry = \"15m\"|4:1: unknown key \"evry\" in [snapshots]; did you mean"
            + " \"every\"?",
        "[snapshots]|frequency = 3|4:1: unknown key \"frequency\" in [snapshots]; known are on,"
            + " every, keep, budget",
        "[limits]|read = \"200MB\"|4:8: read: \"200MB\" is no rate: a size and \"/s\", such as"
            + " \"200MB/s\"; did you mean \"200MB/s\"?",
        "[limits]|write = \"5 mb/s\"|4:9: write: \"5 mb/s\" is no rate: a size and \"/s\", such as"
            + " \"200MB/s\"; did you mean \"5MB/s\"?",
        "[limits]|read-iops = 0|4:13: read-iops: a number from 1 to 2147483647, not 0",
        "[limits]|read-iops = \"9\"|4:13: \"read-iops\" must be a whole number, without quotes, not"
            + " a text",
        "[access]|clients = [\"192.0.2.1/24\"]|4:12: clients: 192.0.2.1/24 has bits set beyond its"
            + " prefix; did you mean \"192.0.2.0/24\"?",
        "[access]|read-only = [\"lan\"]|4:14: read-only: \"lan\" is no IP address or block such as"
            + " 192.0.2.0/24",
        "[access]|squash = \"rot\"|4:10: squash: \"rot\" is none of root, all, none; did you mean"
            + " \"root\"?",
        "[access]|nodes = [\"a\", \"*\"]|4:15: nodes: \"*\" is every node, so it stands alone",
        "[access]|client = []|4:1: unknown key \"client\" in [access]; did you mean \"clients\"?",
      })
  void zone_wrongLineInASection_isToldWhere(String section, String line, String expected) {
    zoneSays(Folder.ZONE + section + "\n" + line + "\n", "zones.d/z.toml:" + expected);
  }

  @Test
  void zone_nothingSaid_asksForQuotaAndMembers() {
    zoneSays(
        "",
        "zones.d/z.toml:1:1: \"quota\" is missing: how large may the zone become?"
            + " For example quota = \"10GB\"",
        "zones.d/z.toml:1:1: \"members\" is missing: which nodes keep a copy?"
            + " For example members = [\"node-1\"]");
  }

  @Test
  void zone_wrongQuotaAndMembers_areBothTold() {
    zoneSays(
        "quota = \"5 gb\"\nmembers = [\"a\", \"B\"]\n",
        "zones.d/z.toml:1:9: quota: \"5 gb\" is no size: a whole number and B, KB, MB, GB, TB, PB"
            + " (or Ki, Mi, Gi, Ti, Pi); did you mean \"5GB\"?",
        "zones.d/z.toml:2:17: members: \"B\" is no node name: a node name has only a-z, 0-9, '-',"
            + " '_' and '.'; did you mean \"b\"?");
  }

  @Test
  void zone_tooSmallOrNegativeQuota_isRefused() {
    zoneSays("quota = 7\nmembers = [\"a\"]\n", "zones.d/z.toml:1:9: quota: at least 1MB, not 7");
    zoneSays(
        "quota = -7\nmembers = [\"a\"]\n",
        "zones.d/z.toml:1:9: \"quota\" must be a size in quotes such as \"5GB\", not the number"
            + " -7");
  }

  @Test
  void zone_noMember_isRefused() {
    zoneSays(
        "quota = \"1GB\"\nmembers = []\n", "zones.d/z.toml:2:11: members: a zone has at least one");
  }

  @Test
  void zone_tooManyMembers_isRefused() {
    String members =
        IntStream.range(0, 129).mapToObj(i -> "\"n" + i + "\"").collect(Collectors.joining(", "));
    zoneSays(
        "quota = \"1GB\"\nmembers = [" + members + "]\n",
        "zones.d/z.toml:2:11: members: at most 128 entries, not 129");
  }

  @Test
  void zone_thisNodeHasNoVolume_isRefused() {
    folder.node("name = \"chimay-bleue\"\n");
    zoneSays(
        Folder.ZONE,
        "zones.d/z.toml:2:11: members: this node, \"chimay-bleue\", has no [[volume]] in its"
            + " node.toml");
  }

  @Test
  void zone_badFileName_isToldWithAGoodOne() {
    folder.zone("Tier 1", Folder.ZONE);
    assertThat(problems())
        .containsExactly(
            "zones.d/Tier 1.toml: \"Tier 1\" is no zone name: a zone name has only a-z, 0-9, '-',"
                + " '_' and '.'; did you mean \"tier-1.toml\"?");
  }

  @Test
  void zone_nameOf256Characters_isRefusedByItsLength() {
    assertThat(
            new ConfigLoader()
                .parseZone(new ZoneName("z"), Folder.ZONE, Path.of("z.toml"), null)
                .zone())
        .isPresent();
    folder.zone("x".repeat(200), Folder.ZONE);
    assertThat(problems())
        .containsExactly(
            "zones.d/" + "x".repeat(200) + ".toml: a zone name has at most 63 characters, not 200");
  }

  @Test
  void zone_textTooLong_isRefused() {
    zoneSays(
        Folder.ZONE + "description = \"" + "x".repeat(5000) + "\"\n",
        "zones.d/z.toml:3:15: description: at most 4096 characters, not 5000");
  }

  @Test
  void file_overOneMebibyte_isRefusedUnread() {
    zoneSays("#".repeat((1 << 20) + 1), "zones.d/z.toml: larger than 1MB");
  }

  @Test
  void file_deeplyNested_isRefusedWithoutHarm() {
    zoneSays(
        "a = " + "[".repeat(200_000),
        "zones.d/z.toml:1:134: not TOML: Nesting is too deep (more than 128 levels of tables and"
            + " arrays)");
  }

  @Test
  void file_endlessDottedKey_isRefusedWithoutHarm() {
    folder.zone("z", "a" + ".a".repeat(100_000) + " = 1\n");
    assertThat(problems())
        .containsExactly(
            "zones.d/z.toml:1:200005: not TOML: Nesting is too deep (more than 128 levels of tables"
                + " and arrays)");
  }

  @Test
  void file_notUtf8_isToldWhere() throws IOException {
    folder.zone("z", "");
    Files.write(
        temp.resolve("zones.d/z.toml"),
        "quota = \"1GB\"\n# \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(problems())
        .containsExactly("zones.d/z.toml:2:3: not UTF-8: save the file in that encoding");
  }

  @Test
  void file_thatIsAFolder_isRefused() throws IOException {
    Files.createDirectories(temp.resolve("zones.d/z.toml"));
    assertThat(problems()).containsExactly("zones.d/z.toml: not a regular file");
  }

  @Test
  void node_noFile_isToldHowToBegin() {
    folder.remove("node.toml");
    assertThat(problems())
        .containsExactly("node.toml: no such file; \"grapevine init\" writes one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "nme = \"x\"|2:1: unknown key \"nme\"; did you mean \"name\"?",
        "listen = \"a:1\"|2:1: unknown key \"listen\"; known are name, gossip, peer, nfs, admin,"
            + " volume",
        "volume = \"/x\"|2:1: \"volume\" must be written [[volume]], once for each, not a text",
        "peer = { listen = \"2645\" }|2:19: listen: \"2645\" is no address: expected host:port",
        "gossip = { seeds = [\"lan\"] }|2:21: seeds: \"lan\" is no address: expected host:port;"
            + " did you mean \"lan:2645\"?",
        "gossip = { seeds = [\"lan:0\"] }|2:21: seeds: \"lan:0\" needs a port from 1 to 65535",
        "gossip = { listen = \"a:99999\" }|2:21: listen: a port is a number from 1 to 65535, not"
            + " 99999",
        "nfs = { listen = \"0.0.0.0:2645\" }|2:18: [nfs] and [peer] both listen on port 2645",
        "[nsf]|2:1: unknown key \"nsf\"; did you mean \"nfs\"?",
        "[volume]|2:1: \"volume\" must be written [[volume]], once for each, not a section",
      })
  void node_wrongLine_isToldWhere(String line, String expected) {
    nodeSays("name = \"n\"\n" + line + "\n", "node.toml:" + expected);
  }

  @Test
  void node_wrongVolumes_areToldWhere() {
    nodeSays(
        """
        [[volume]]
        name = "a"
        path = "tank"
        capacity = "1KB"
        type = "brtfs"
        quota-mode = "simpel"
        [[volume]]
        name = "a"
        paht = "/x"
        """,
        "node.toml:1:1: \"name\" is missing: what is this node called in the mesh?"
            + " For example name = \"node-1\"",
        "node.toml:3:8: path: \"tank\" must begin with '/': a path from the root",
        "node.toml:4:12: capacity: at least 1MB",
        "node.toml:5:8: type: \"brtfs\" is none of auto, directory, btrfs; did you mean \"btrfs\"?",
        "node.toml:6:14: quota-mode: \"simpel\" is none of simple, full; did you mean \"simple\"?",
        "node.toml:7:1: \"path\" is missing: the folder where this volume keeps its zones",
        "node.toml:8:8: two volumes are named \"a\"",
        "node.toml:9:1: unknown key \"paht\" in [volume]; did you mean \"path\"?");
  }

  @Test
  void mesh_mistakes_areToldWhere() {
    String key = NodeKey.of(new byte[32]).toString();
    folder.mesh(
        """
        id = "xyz"
        [[node]]
        name = "a"
        key = "%s"
        [[node]]
        name = "a"
        key = "%s"
        adresses = []
        [[node]]
        key = "short"
        [[node]]
        name = "c"
        """
            .formatted(key, key));
    assertThat(problems())
        .containsExactly(
            "mesh.toml:1:6: id: a mesh id has 32 digits of 0-9 and a-f",
            "mesh.toml:6:8: two nodes are named \"a\"",
            "mesh.toml:7:7: two nodes have the same key",
            "mesh.toml:8:1: unknown key \"adresses\" in [node]; did you mean \"addresses\"?",
            "mesh.toml:9:1: \"name\" is missing: what zone files call this node",
            "mesh.toml:10:7: key: \"short\" is no key: 32 bytes in Base64, 44 characters",
            "mesh.toml:11:1: \"key\" is missing: the node's public key; \"grapevine status --format"
                + " json\" on it shows it");
  }

  @Test
  void problems_veryMany_areBounded() {
    String wrong =
        IntStream.range(0, 1000).mapToObj(i -> "x" + i + " = 1\n").collect(Collectors.joining());
    folder.zone("a", wrong).zone("b", wrong);
    assertThat(problems()).hasSize(Limits.DEFAULT.problems());
  }

  @Test
  void zones_tooMany_stayAsTheyWere() {
    Loaded good = folder.zone("a", Folder.ZONE).load();
    folder.zone("b", Folder.ZONE).zone("c", Folder.ZONE);
    Limits two = new Limits(1 << 20, 2, 128, 64, 1_000, 4_096, 200);
    Loaded now = new ConfigLoader(two).load(temp, good);
    assertThat(now.zones()).isEqualTo(good.zones());
    assertThat(now.problems())
        .hasToString("[" + temp + "/zones.d: more than 2 zones; they stay as they were]");
  }
}
