// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GossipServiceTest {
  private static final ZoneId ZONE = ZoneId.ofName("shared");

  @TempDir Path data;
  private final List<GossipService> services = new ArrayList<>();

  @AfterEach
  void close() {
    services.forEach(GossipService::close);
  }

  @Test
  void threeServices_onLoopback_findEachOtherThroughOneSeedAndTellZones() throws Exception {
    GossipService first = start(1, List.of());
    NodeAddress seed = new NodeAddress("127.0.0.1", first.listening().getPort());
    GossipService second = start(2, List.of(seed));
    GossipService third = start(3, List.of(new NodeAddress("localhost", seed.port())));
    await().atMost(Duration.ofSeconds(20)).until(() -> alive(first) == 2);
    // Nothing but the roster tells the second and the third of each other.
    Roster full =
        new Roster(TestKeys.MESH, List.of(entry(1, first), entry(2, second), entry(3, third)));
    services.forEach(service -> service.setRoster(full));
    await().atMost(Duration.ofSeconds(20)).until(() -> alive(second) == 2 && alive(third) == 2);

    Map<NodeId, ZoneStatus> heard = new ConcurrentHashMap<>();
    third.listen(
        new GossipListener() {
          @Override
          public void zoneHeard(NodeId peer, ZoneStatus status) {
            heard.put(peer, status);
          }
        });
    ZoneStatus status = new ZoneStatus(ZONE, 3, 4, 5, 6);
    second.setMembers(ZONE, Set.of(second.self(), third.self()));
    second.publish(status);
    await().atMost(Duration.ofSeconds(20)).until(() -> status.equals(heard.get(second.self())));
    assertThat(third.nearest(List.of(second.self(), third.self())))
        .containsExactly(third.self(), second.self());
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> third.peers().getFirst().rttMillis().isPresent());
  }

  @Test
  void setRoster_withoutAPeer_forgetsIt() throws Exception {
    GossipService first = start(1, List.of());
    assertThat(first.peers()).hasSize(2);
    first.setRoster(TestKeys.roster(1, 2));
    assertThat(first.peers()).extracting(PeerView::name).containsExactly("node-2");
  }

  @Test
  void garbage_isCountedAndNeverAnswered() throws Exception {
    GossipService first = start(1, List.of());
    try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      SplittableRandom random = new SplittableRandom(5);
      for (int size : new int[] {0, 1, 60, 1_200, 1_500, 9_000}) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        stranger.send(new DatagramPacket(bytes, size, first.listening()));
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> first.stats().received() == 6);
      assertThat(first.stats().accepted()).isZero();
      assertThat(first.stats().dropped()).containsEntry(DropReason.OVERSIZE, 2L);
      assertThat(first.stats().dropped()).containsEntry(DropReason.MALFORMED, 4L);
      stranger.setSoTimeout(200);
      assertThatThrownBy(() -> stranger.receive(new DatagramPacket(new byte[2_000], 2_000)))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void packetsOverAStream_keepAPeerAlive() throws Exception {
    GossipService first = start(1, List.of());
    GossipService second = start(2, List.of());
    first.receiveFromStream(second.packetForStream());
    assertThat(alive(first)).isEqualTo(1);
    assertThat(first.peers().stream().filter(PeerView::relayedOnly)).hasSize(1);
  }

  @Test
  void start_portTaken_saysSo() throws Exception {
    GossipService first = start(1, List.of());
    assertThatThrownBy(() -> start(2, List.of(), first.listening()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on");
  }

  @Test
  void broadcast_isOnlyMadeWhereWantedAndBeyondLoopback() throws Exception {
    InetSocketAddress anywhere = new InetSocketAddress(0);
    GossipService calling = start(1, List.of(), anywhere, true);
    GossipService silent = start(2, List.of(), anywhere, false);
    GossipService alone = start(3, List.of());
    assertThat(calling.broadcasts())
        .isEqualTo(LocalNetworks.of(calling.listening()).broadcasts())
        .allMatch(place -> place.getPort() == calling.listening().getPort());
    assertThat(silent.broadcasts()).isEmpty();
    assertThat(alone.broadcasts()).isEmpty();
  }

  @Test
  void bootEpoch_clockSetBack_stillRises() throws Exception {
    long first = BootEpoch.next(data, () -> Instant.ofEpochMilli(1_000));
    long second = BootEpoch.next(data, () -> Instant.ofEpochMilli(10));
    assertThat(first).isEqualTo(1_000);
    assertThat(second).isEqualTo(1_001);
  }

  private static long alive(GossipService service) {
    return service.peers().stream().filter(peer -> peer.state() == PeerState.ALIVE).count();
  }

  private static Roster.Entry entry(int number, GossipService service) {
    return TestKeys.entry(number, new NodeAddress("127.0.0.1", service.listening().getPort()));
  }

  private GossipService start(int number, List<NodeAddress> seeds) throws IOException {
    return start(number, seeds, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private GossipService start(int number, List<NodeAddress> seeds, InetSocketAddress listen)
      throws IOException {
    return start(number, seeds, listen, true);
  }

  private GossipService start(
      int number, List<NodeAddress> seeds, InetSocketAddress listen, boolean broadcast)
      throws IOException {
    GossipService service =
        GossipService.start(
            new GossipConfig(
                TestKeys.key(number),
                TestKeys.roster(1, 2, 3),
                listen,
                broadcast,
                seeds,
                data.resolve("node-" + number),
                GossipSettings.DEFAULT,
                System::nanoTime,
                InstantSource.system(),
                new SplittableRandom(number)));
    services.add(service);
    return service;
  }
}
