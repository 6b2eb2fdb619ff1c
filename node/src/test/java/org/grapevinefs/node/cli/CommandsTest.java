// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.node.FreePorts;
import org.grapevinefs.node.Node;
import org.grapevinefs.node.NodeOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every command that talks to a node, against a real one, from its words to its exit status. */
class CommandsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path temp;
  private Node node;
  private int admin;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws Exception {
    Path config = Files.createDirectories(temp.resolve("config"));
    Path volume = Files.createDirectories(temp.resolve("volume"));
    Files.createDirectories(config.resolve("zones.d"));
    admin = FreePorts.of(1)[0];
    Files.writeString(
        config.resolve("node.toml"),
        """
        name = "alpha"
        gossip = { listen = "127.0.0.1:0" }
        peer = { listen = "127.0.0.1:0" }
        nfs = { listen = "127.0.0.1:0" }
        admin = { listen = "127.0.0.1:%d" }
        volume = [ { name = "main", path = "%s" } ]
        """
            .formatted(admin, volume));
    Files.writeString(
        config.resolve("zones.d/docs.toml"),
        "quota = \"10MB\"\nmembers = [\"alpha\"]\nlabels = { owner = \"me\" }\n");
    node = Node.start(NodeOptions.of(config, temp.resolve("data")));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private int run(String words) {
    out = new StringWriter();
    err = new StringWriter();
    CommandLine line = Grapevine.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of(words.split(" ")));
    all.addAll(List.of("--admin", "127.0.0.1:" + admin));
    return line.execute(all.toArray(new String[0]));
  }

  private JsonNode json(String words) throws Exception {
    assertThat(run(words + " --format json")).as(err.toString()).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void status_asJson_hasWhatScriptsWerePromised() throws Exception {
    JsonNode status = json("status");
    assertThat(status.at("/node/name").asText()).isEqualTo("alpha");
    assertThat(status.at("/node/id").asText()).hasSizeGreaterThan(20);
    assertThat(status.get("peers").isArray()).isTrue();
    JsonNode zone = status.at("/zones/0");
    assertThat(zone.get("name").asText()).isEqualTo("docs");
    assertThat(zone.get("role").asText()).isEqualTo("member");
    assertThat(zone.at("/version/sum").isIntegralNumber()).isTrue();
    assertThat(zone.at("/version/vector").isObject()).isTrue();
    assertThat(zone.get("quotaBytes").asLong()).isEqualTo(10L << 20);
    assertThat(zone.get("usedBytes").asLong()).isZero();
    assertThat(zone.get("files").asLong()).isZero();
    JsonNode member = zone.at("/members/0");
    assertThat(member.get("name").asText()).isEqualTo("alpha");
    assertThat(member.get("sum").asLong()).isEqualTo(zone.at("/version/sum").asLong());
    assertThat(member.get("behind").asLong()).isZero();
    assertThat(member.get("reason").isNull()).isTrue();
    assertThat(zone.get("conflicts").asLong()).isZero();
    assertThat(zone.get("problems")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"status", "nodes", "zone list", "zone inspect docs", "conflicts", "events"})
  void show_inEachFormat_isReadable(String words) throws Exception {
    assertThat(run(words)).isZero();
    assertThat(out.toString()).isNotBlank();
    assertThat(json(words).isObject()).isTrue();
    assertThat(run(words + " --format YAML")).isZero();
    assertThat(new ObjectMapper(new YAMLFactory()).readTree(out.toString()).isObject()).isTrue();
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "zone inspect none,no zone \"none\" here",
    "zone remove none,no zone \"none\" here",
    "zone scan none,no zone \"none\" here",
    "wait none,no zone \"none\" here",
    "conflicts none,no zone \"none\" here",
    "conflicts resolve docs a/b --keep ours,no conflict at a/b",
    "zone create docs --size 1GB,is there already",
    "zone create Docs --size 1GB,did you mean",
    "zone create z --size 1KB,at least",
    "zone create z --size 1GB --type tape,filesystem or memory"
  })
  void ask_whatCannotBe_isOneAndSaysWhy(String words, String why) {
    assertThat(run(words)).isEqualTo(1);
    assertThat(err.toString()).startsWith("grapevine: ").contains(why).doesNotContain("\tat ");
  }

  @Test
  void zone_fromCreateToRemove_isServedAndKeepsItsFiles() throws Exception {
    assertThat(run("zone create films --size 1GB --members alpha,beta --label kind=video"))
        .isZero();
    assertThat(out.toString()).contains("zone films is in force", "films.toml", "copy", "to beta");
    assertThat(json("zone list --filter kind=video").at("/zones/0/name").asText())
        .isEqualTo("films");
    assertThat(json("zone list --filter kind=video").get("zones")).hasSize(1);
    Files.writeString(temp.resolve("volume/films/by-hand"), "text");
    assertThat(run("zone scan films")).isZero();
    assertThat(out.toString()).startsWith("1 added");
    assertThat(run("zone remove films")).isEqualTo(1);
    assertThat(err.toString()).contains("holds 1 files here", "--force");
    assertThat(run("zone remove films --force")).isZero();
    assertThat(out.toString()).contains("its files stay in " + temp.resolve("volume/films"));
    assertThat(temp.resolve("volume/films/by-hand")).exists();
    assertThat(json("zone list").get("zones")).hasSize(1);
  }

  @Test
  void wait_forAZoneOfOneMember_returns() {
    assertThat(run("wait docs --timeout 20s")).isZero();
    assertThat(out.toString()).isEqualTo("docs is the same on all reachable members\n");
  }

  @Test
  void events_following_goOnUntilTheNodeEnds() throws Exception {
    Thread following = Thread.ofPlatform().start(() -> run("events --follow --last 1"));
    await().atMost(SOON).until(() -> !out.toString().isEmpty());
    node.events().info("docs", "", "something new");
    await().atMost(SOON).until(() -> out.toString().contains("zone=docs something new"));
    node.close();
    following.join(Duration.ofSeconds(30));
    assertThat(following.isAlive()).isFalse();
    assertThat(err.toString()).doesNotContain("\tat ");
  }
}
