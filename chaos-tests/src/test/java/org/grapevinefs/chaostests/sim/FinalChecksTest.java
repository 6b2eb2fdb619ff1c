// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.grapevinefs.replication.core.AttrsChange;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.NewContent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes in states that are wrong on purpose: the checks at the end must refuse each. */
class FinalChecksTest {

  private static final int[] BYTES = {4, 5};

  private final World world = new World(1, Mutant.NONE, false, false);
  private final Sessions sessions = new Sessions(world);
  private final SimNode left = new SimNode(world, 0);
  private final SimNode right = new SimNode(world, 1);
  private FileId file = FileId.ROOT;

  @BeforeEach
  void oneFileOnBoth() {
    world.nodes.add(left);
    world.nodes.add(right);
    world.network.heal();
    file = make(left, "a");
    level();
  }

  private FileId make(SimNode node, String name) {
    FileId id = node.replica().newId();
    node.putBytes(id, BYTES);
    var seen = node.replica().knowledge();
    var content = new NewContent.Regular(BYTES.length, SimNode.hash(BYTES));
    node.replica()
        .create(id, FileId.ROOT, EntryName.of(name), content, AttrsChange.owned(0644, 1, 1), 0);
    node.noteChange(seen);
    return id;
  }

  private void level() {
    sessions.heartbeat(left, right);
    sessions.heartbeat(right, left);
    world.schedule.advance(10_000_000);
    new Transfers(world).fetch(right, List.of(left));
    new SimSettler(right).run(100);
  }

  private void refused(String property) {
    assertThatThrownBy(() -> new FinalChecks(world, sessions).run())
        .isInstanceOfSatisfying(
            Violation.class, violation -> assertThat(violation.property()).isEqualTo(property));
  }

  @Test
  void run_equalNodes_isRight() {
    assertThatCode(() -> new FinalChecks(world, sessions).run()).doesNotThrowAnyException();
  }

  @Test
  void run_fileThatOnlyOneHas_isNoConvergence() {
    make(left, "b");
    refused("convergence");
  }

  @Test
  void run_nameLeftOnDisk_isNoValidTree() {
    right.replica().settled(file, List.of(), Map.of());
    refused("valid tree");
  }

  @Test
  void run_otherBytesUnderAName_isFabrication() {
    right.putBytes(file, new int[] {4, 6});
    refused("no fabrication");
  }

  @Test
  void run_noBytesUnderAName_isNoConvergence() {
    right.dropBytes(file);
    refused("convergence");
  }

  @Test
  void verifyShown_noBytesUnderAName_isRefused() {
    right.dropBytes(file);
    assertThatThrownBy(right::verifyShown).isInstanceOf(Violation.class);
  }
}
