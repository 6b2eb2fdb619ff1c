// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GrapevineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine line = Grapevine.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "demo --help",
        "node --help",
        "status --help",
        "nodes --help",
        "zone --help",
        "zone list --help",
        "zone inspect --help",
        "zone create --help",
        "zone remove --help",
        "zone scan --help",
        "wait --help",
        "conflicts --help",
        "conflicts resolve --help",
        "events --help",
        "init --help",
        "config --help",
        "config check --help"
      })
  void run_help_isDone(String words) {
    assertThat(run(words.split(" "))).isZero();
    assertThat(out.toString()).contains("Usage: grapevine");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "zone",
        "frobnicate",
        "status --format xml",
        "status --admin nowhere:notaport",
        "status --admin 127.0.0.1:70000",
        "zone create",
        "zone create z --size 1XB",
        "demo --nodes 0",
        "demo --nodes many",
        "demo --nodes 3 --only 4 --dir /nowhere",
        "demo --nfs-address no.such.host.invalid --dir /nowhere",
        "node --data",
        "config",
        "init",
        "init --name UPPER",
        "init --name a --zone .grapevine",
        "wait",
        "wait z --timeout soon",
        "conflicts resolve z p --keep neither"
      })
  void run_wrongUsage_isTwoAndSaysWhy(String words) {
    assertThat(run(words.isEmpty() ? new String[0] : words.split(" "))).isEqualTo(2);
    assertThat(err.toString()).isNotBlank().doesNotContain("\tat ");
  }

  @Test
  void run_nearlyACommand_namesTheRightOne() {
    assertThat(run("statsu")).isEqualTo(2);
    assertThat(err.toString()).contains("Did you mean", "grapevine status");
  }

  @Test
  void run_unknownFormat_namesTheRightOnes() {
    assertThat(run("status", "--format", "xml")).isEqualTo(2);
    assertThat(err.toString()).contains("\"xml\" is none of table, json and yaml");
  }

  @Test
  void run_noSuchMachine_isOneAndSaysSo() {
    assertThat(run("status", "--admin", "no.such.host.invalid:2646")).isEqualTo(1);
    assertThat(err.toString())
        .contains("no machine is known by the name in no.such.host.invalid:2646")
        .doesNotContain("\tat ");
  }

  @Test
  void run_noNodeThere_isOneAndSaysHowToMend() {
    assertThat(run("status", "--admin", "127.0.0.1:1")).isEqualTo(1);
    assertThat(err.toString())
        .contains("no node answers at 127.0.0.1:1", "--admin HOST:PORT")
        .doesNotContain("\tat ");
  }
}
