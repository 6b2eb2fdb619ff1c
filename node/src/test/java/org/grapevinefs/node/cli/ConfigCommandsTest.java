// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.grapevinefs.zonesconfig.ConfigLoader;
import org.grapevinefs.zonesconfig.LastGood;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code init} and {@code config check}, which need no running node. */
class ConfigCommandsTest {
  @TempDir Path temp;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  private int run(String... args) {
    out = new StringWriter();
    err = new StringWriter();
    CommandLine line = Grapevine.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }

  private Path config() {
    return temp.resolve("etc");
  }

  private String data() {
    return temp.resolve("data").toString();
  }

  private int init() {
    return run("init", "--name", "chimay-bleue", "--config", config().toString());
  }

  private int check(String... more) {
    String[] args = {"config", "check", "--config", config().toString(), "--data", data()};
    String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return run(all);
  }

  private void zone(String name, String text) throws IOException {
    Files.writeString(config().resolve("zones.d").resolve(name + ".toml"), text);
  }

  @Test
  void init_emptyFolder_writesFilesThatAreGood() {
    assertThat(init()).isZero();
    assertThat(out.toString())
        .contains("wrote " + config() + "/node.toml", "wrote " + config() + "/zones.d/first.toml")
        .contains("grapevine node --config " + config());
    assertThat(config().resolve("volume")).isDirectory();
    assertThat(check()).isZero();
    assertThat(out.toString())
        .contains("warning: zone first: only one member, chimay-bleue")
        .endsWith(config() + " is good: node chimay-bleue, 1 zone\n");
  }

  @Test
  void init_again_overwritesNothingAndSaysSo() throws IOException {
    init();
    Files.writeString(config().resolve("node.toml"), "name = \"mine\"\n");
    assertThat(init()).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "grapevine: "
                + config()
                + "/node.toml is there already and stays as it is; \"grapevine config check\" reads"
                + " it\n");
    assertThat(config().resolve("node.toml")).hasContent("name = \"mine\"");
  }

  @Test
  void init_zoneFileThere_isKept() throws IOException {
    Files.createDirectories(config().resolve("zones.d"));
    zone("first", "# mine\n");
    assertThat(init()).isZero();
    assertThat(out.toString()).contains("kept " + config() + "/zones.d/first.toml");
    assertThat(config().resolve("zones.d/first.toml")).hasContent("# mine");
  }

  @Test
  void init_otherVolumeAndZone_areTaken() {
    Path volume = temp.resolve("tank");
    assertThat(
            run(
                "init",
                "--name",
                "n",
                "--config",
                config().toString(),
                "--volume",
                volume.toString(),
                "--zone",
                "tier-1"))
        .isZero();
    assertThat(volume).isDirectory();
    assertThat(config().resolve("node.toml")).content().contains("path = \"" + volume + "\"");
    assertThat(config().resolve("zones.d/tier-1.toml")).exists();
  }

  @Test
  void init_whereAFileIs_saysWhy() throws IOException {
    Files.writeString(config(), "a file");
    assertThat(init()).isEqualTo(1);
    assertThat(err.toString()).startsWith("grapevine: cannot write " + config()).hasLineCount(1);
  }

  @Test
  void init_wrongName_saysTheRightOne() {
    assertThat(run("init", "--name", "My Node")).isEqualTo(2);
    assertThat(err.toString()).contains("did you mean \"my-node\"?").doesNotContain("\tat ");
  }

  @Test
  void check_mistake_isOneWithThePlace() throws IOException {
    init();
    zone("tier-1", "quota = \"5 gb\"\nmembers = [\"chimay-bleue\"]\n");
    assertThat(check()).isEqualTo(1);
    assertThat(out.toString())
        .contains("error: " + config() + "/zones.d/tier-1.toml:1:9: quota: \"5 gb\" is no size")
        .contains("did you mean \"5GB\"?")
        .endsWith(
            "1 mistake; a file with one is refused whole, and what was last good stays in force\n");
  }

  @Test
  void check_noFolder_isOneAndSaysWhatToDo() {
    assertThat(check()).isEqualTo(1);
    assertThat(out.toString())
        .startsWith("error: " + config() + ": no such folder; \"grapevine init\" makes one\n");
  }

  @Test
  void check_againstWhatIsInForce_saysWhatWouldChange() throws IOException {
    init();
    LastGood.save(Path.of(data()), new ConfigLoader().load(config()));
    assertThat(check()).isZero();
    assertThat(out.toString()).contains("nothing would change\n");
    zone(
        "first",
        "description = \"A first zone\"\nquota = \"11GB\"\nmembers = [\"chimay-bleue\"]\n");
    zone("second", "quota = \"1GB\"\nmembers = [\"chimay-bleue\"]\n");
    assertThat(check()).isZero();
    assertThat(out.toString())
        .contains("would change: zone first: quota raised from 10GB to 11GB\n")
        .contains("would change: zone second: added, 1GB on chimay-bleue\n");
  }

  @Test
  void check_missingVolume_isOneAndSaysHowToMend() throws IOException {
    init();
    Files.delete(config().resolve("volume"));
    assertThat(check()).isEqualTo(1);
    assertThat(out.toString())
        .contains("/node.toml: the volume \"main\" has no folder " + config() + "/volume: mount");
  }

  @Test
  void check_asJson_hasItAll() throws IOException {
    init();
    zone("tier-1", "quote = 1\nquota = \"1GB\"\nmembers = [\"chimay-bleue\"]\n");
    assertThat(check("--format", "json")).isEqualTo(1);
    JsonNode view = new ObjectMapper().readTree(out.toString());
    assertThat(view.get("good").asBoolean()).isFalse();
    assertThat(view.get("node").asText()).isEqualTo("chimay-bleue");
    assertThat(view.get("zones").toString()).isEqualTo("[\"first\"]");
    assertThat(view.get("changes").isNull()).isTrue();
    JsonNode problem = view.get("problems").get(0);
    assertThat(problem.get("file").asText()).isEqualTo(config() + "/zones.d/tier-1.toml");
    assertThat(problem.get("line").asInt()).isEqualTo(1);
    assertThat(problem.get("column").asInt()).isEqualTo(1);
    assertThat(problem.get("severity").asText()).isEqualTo("error");
    assertThat(problem.get("message").asText()).isEqualTo("unknown key \"quote\"");
    assertThat(problem.get("suggestion").asText()).isEqualTo("quota");
    assertThat(view.get("warnings").findValuesAsText("kind")).contains("one-member");
  }

  @Test
  void check_asYaml_isYaml() {
    init();
    assertThat(check("--format", "yaml")).isZero();
    assertThat(out.toString()).startsWith("good: true\nnode: chimay-bleue\nzones:\n- first\n");
  }
}
