// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.grapevinefs.gossip.SimulatedMesh.MILLI;
import static org.grapevinefs.gossip.SimulatedMesh.SECOND;
import static org.grapevinefs.gossip.SimulatedMesh.id;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeshSim {
  private static final ZoneId ZONE = ZoneId.ofName("shared");

  @ParameterizedTest
  @CsvSource({"1,1", "2,2", "5,3", "12,4", "30,5"})
  void mesh_startedTogether_findsEveryone(int nodes, long seed) {
    SimulatedMesh mesh = new SimulatedMesh(nodes, seed);
    mesh.run(4 * SECOND);
    assertThat(mesh.allAlive()).isTrue();
    assertThat(mesh.largest).isLessThanOrEqualTo(Limits.PACKET_BYTES);
  }

  @ParameterizedTest
  @CsvSource({"5,1", "12,2", "30,3"})
  void mesh_losingOnePacketInTen_suspectsNobodyForLong(int nodes, long seed) {
    SimulatedMesh mesh = new SimulatedMesh(nodes, seed);
    mesh.loss = 0.1;
    mesh.run(40 * SECOND);
    long unreachable =
        mesh.news.stream()
            .flatMap(List::stream)
            .filter(e ->
                e instanceof Effect.PeerChanged changed
                    && changed.peer().state() == PeerState.UNREACHABLE)
            .count();
    assertThat(unreachable).as("seed %d", seed).isZero();
    mesh.loss = 0;
    mesh.run(5 * SECOND);
    assertThat(mesh.allAlive()).isTrue();
  }

  @Test
  void mesh_largerThanThirty_knowsEveryoneThroughRelays() {
    SimulatedMesh mesh = new SimulatedMesh(45, 9);
    mesh.run(40 * SECOND);
    assertThat(mesh.allAlive()).isTrue();
    long before = mesh.packets;
    mesh.run(10 * SECOND);
    assertThat((mesh.packets - before) / 10.0 / 45).isLessThan(40);
  }

  @Test
  void mesh_nodeDies_isSuspectedThenUnreachableThenBackAtOnce() {
    SimulatedMesh mesh = new SimulatedMesh(5, 11);
    mesh.run(5 * SECOND);
    mesh.paused.add(4);
    mesh.run(7_500 * MILLI);
    assertThat(mesh.state(0, 4)).isEqualTo(PeerState.SUSPECT);
    mesh.run(6 * SECOND);
    assertThat(mesh.state(0, 4)).isEqualTo(PeerState.UNREACHABLE);
    mesh.paused.remove(4);
    mesh.run(2 * SECOND);
    assertThat(mesh.allAlive()).isTrue();
  }

  @Test
  void mesh_oneNodeWasPausedForAMinute_doesNotSuspectTheOthers() {
    SimulatedMesh mesh = new SimulatedMesh(4, 12);
    mesh.run(5 * SECOND);
    mesh.paused.add(0);
    mesh.run(60 * SECOND);
    mesh.news.getFirst().clear();
    mesh.paused.remove(0);
    mesh.run(5 * SECOND);
    assertThat(mesh.news.getFirst()).noneMatch(e -> e instanceof Effect.PeerChanged);
    assertThat(mesh.cores.getFirst().stats().patience()).isEqualTo(2);
  }

  @Test
  void mesh_twoNodesCutFromEachOther_hearThroughTheOthers() {
    SimulatedMesh mesh = new SimulatedMesh(5, 13);
    mesh.run(5 * SECOND);
    mesh.cutBothWays(0, 1);
    mesh.run(60 * SECOND);
    assertThat(mesh.state(0, 1)).isNotEqualTo(PeerState.UNREACHABLE);
    assertThat(mesh.state(1, 0)).isNotEqualTo(PeerState.UNREACHABLE);
  }

  @Test
  void mesh_halvesCutApart_loseAndFindEachOther() {
    SimulatedMesh mesh = new SimulatedMesh(6, 14);
    mesh.run(5 * SECOND);
    for (int a = 0; a < 3; a++) {
      for (int b = 3; b < 6; b++) {
        mesh.cutBothWays(a, b);
      }
    }
    mesh.run(15 * SECOND);
    assertThat(mesh.state(0, 5)).isEqualTo(PeerState.UNREACHABLE);
    assertThat(mesh.state(0, 1)).isEqualTo(PeerState.ALIVE);
    mesh.cut.clear();
    mesh.run(6 * SECOND);
    assertThat(mesh.allAlive()).isTrue();
  }

  @Test
  void mesh_restartedNode_isHeardAgainAndItsOldLifeIsNot() {
    SimulatedMesh mesh = new SimulatedMesh(3, 15);
    mesh.run(5 * SECOND);
    mesh.restart(2, 2);
    mesh.run(3 * SECOND);
    assertThat(mesh.allAlive()).isTrue();
    mesh.restart(2, 1);
    mesh.run(12 * SECOND);
    assertThat(mesh.state(0, 2)).isEqualTo(PeerState.UNREACHABLE);
  }

  @Test
  void publish_changedZone_reachesMembersWithinMilliseconds() {
    SimulatedMesh mesh = new SimulatedMesh(12, 16);
    mesh.cores.getFirst().setMembers(ZONE, Set.of(id(0), id(7), id(9)));
    mesh.run(5 * SECOND);
    mesh.publish(0, new ZoneStatus(ZONE, 1, 77, 88, 0));
    mesh.run(8 * MILLI);
    for (int member : new int[] {7, 9}) {
      assertThat(mesh.cores.get(member).peer(id(0)).orElseThrow().zones()).containsKey(ZONE);
    }
    mesh.run(10 * SECOND);
    for (int other = 1; other < 12; other++) {
      assertThat(mesh.cores.get(other).peer(id(0)).orElseThrow().zones()).containsKey(ZONE);
    }
  }

  @Test
  void publish_moreZonesThanFit_allAreHeardInTurn() {
    SimulatedMesh mesh = new SimulatedMesh(3, 17);
    for (int zone = 0; zone < 100; zone++) {
      mesh.publish(0, new ZoneStatus(ZoneId.ofName("z" + zone), 1L << 40, zone, zone, 0));
    }
    mesh.run(12 * SECOND);
    assertThat(mesh.cores.get(1).peer(id(0)).orElseThrow().zones()).hasSize(100);
    mesh.cores.getFirst().setMembers(ZoneId.ofName("z50"), Set.of(id(1)));
    mesh.publish(0, new ZoneStatus(ZoneId.ofName("z50"), 1L << 41, 5000, 1, 0));
    mesh.run(8 * MILLI);
    assertThat(mesh.news.get(1).getLast()).isInstanceOf(Effect.ZoneHeard.class);
    assertThat(mesh.cores.get(1).peer(id(0)).orElseThrow().zones().get(ZoneId.ofName("z50")))
        .isEqualTo(new ZoneStatus(ZoneId.ofName("z50"), 1L << 41, 5000, 1, 0));
  }

  @Test
  void nearest_differentDelays_ordersByRoundTripAndState() {
    SimulatedMesh mesh = new SimulatedMesh(4, 18);
    mesh.delays.put(Set.of(0, 1), 30 * MILLI);
    mesh.delays.put(Set.of(0, 2), 5 * MILLI);
    mesh.delays.put(Set.of(0, 3), 80 * MILLI);
    mesh.run(20 * SECOND);
    GossipCore core = mesh.cores.getFirst();
    List<NodeId> all = List.of(id(3), id(1), id(2), id(0), TestKeys.key(99).id());
    assertThat(core.nearest(all)).containsExactly(id(0), id(2), id(1), id(3));
    assertThat(core.peer(id(2)).orElseThrow().rttMillis().orElseThrow()).isBetween(10.0, 11.5);
    mesh.paused.add(2);
    mesh.run(15 * SECOND);
    assertThat(core.nearest(all)).containsExactly(id(0), id(1), id(3), id(2));
  }

  @Test
  void mesh_withBroadcast_asksNobody() {
    SimulatedMesh mesh = new SimulatedMesh(10, 19);
    mesh.broadcastWorks = true;
    mesh.run(5 * SECOND);
    long before = mesh.cores.getFirst().stats().answered();
    mesh.run(10 * SECOND);
    assertThat(mesh.allAlive()).isTrue();
    assertThat(mesh.cores.getFirst().stats().answered()).isEqualTo(before);
  }

  @Test
  void mesh_sameSeed_sendsTheSameBytes() {
    SimulatedMesh first = new SimulatedMesh(6, 20);
    SimulatedMesh second = new SimulatedMesh(6, 20);
    first.loss = 0.2;
    second.loss = 0.2;
    first.run(10 * SECOND);
    second.run(10 * SECOND);
    assertThat(second.hash).isEqualTo(first.hash);
    assertThat(second.packets).isEqualTo(first.packets);
  }
}
