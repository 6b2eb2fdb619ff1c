// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.grapevinefs.node.proto.AttachVolumeRequest;
import org.grapevinefs.node.proto.CreateVolumeRequest;
import org.grapevinefs.node.proto.DeleteVolumeRequest;
import org.grapevinefs.node.proto.DetachVolumeRequest;
import org.grapevinefs.node.proto.Event;
import org.grapevinefs.node.proto.GetStatusRequest;
import org.grapevinefs.node.proto.GetZoneRequest;
import org.grapevinefs.node.proto.ListVolumesRequest;
import org.grapevinefs.node.proto.VolumeServiceGrpc;
import org.grapevinefs.node.proto.WatchEventsRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
  private final FakeNode node = new FakeNode();
  private AdminServer server;
  private AdminClient client;

  @BeforeEach
  void start() throws IOException {
    server =
        AdminServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            node,
            InstantSource.fixed(Instant.EPOCH));
    client = new AdminClient("127.0.0.1", server.address().getPort());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void ask_overGrpc_isAnswered() throws AdminException {
    var status = client.ask(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
    assertThat(status.getNode().getName()).isEqualTo("fake");
  }

  @Test
  void ask_aRefusal_arrivesInItsOwnWords() {
    var request = GetZoneRequest.newBuilder().setName("none").build();
    assertThatThrownBy(() -> client.ask(stub -> stub.getZone(request)))
        .isInstanceOf(AdminException.class)
        .hasMessage("no zone none");
  }

  @Test
  void ask_manyZones_passThroughInOnePiece() throws AdminException {
    node.manyZones(20_000);
    var status = client.ask(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
    assertThat(status.getZonesCount()).isEqualTo(20_000);
  }

  @Test
  void watchEvents_following_hearsLaterOnes() throws AdminException {
    node.happens("first");
    String heard =
        client.askForever(stub -> {
          Iterator<Event> events =
              stub.watchEvents(WatchEventsRequest.newBuilder().setFollow(true).build());
          String one = events.next().getText();
          node.happens("second");
          return one + " " + events.next().getText();
        });
    assertThat(heard).isEqualTo("first second");
  }

  @Test
  void get_healthAndMetrics_answerOnTheSamePort() throws Exception {
    assertThat(get("/health").body()).isEqualTo("ok\n");
    assertThat(get("/metrics").body()).isEqualTo("up 1\n");
    assertThat(get("/other").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return http.send(
          HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void halfARequest_isNotWaitedForForEver_andAFollowerIs() throws Exception {
    server.close();
    Duration patience = Duration.ofMillis(200);
    InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = AdminServer.start(anywhere, node, InstantSource.fixed(Instant.EPOCH), patience);
    client.close();
    client = new AdminClient("127.0.0.1", server.address().getPort());
    node.happens("first");
    String heard =
        client.askForever(stub -> {
          Iterator<Event> events =
              stub.watchEvents(WatchEventsRequest.newBuilder().setFollow(true).build());
          String one = events.next().getText();
          assertThat(restAfter("GET /health HTT")).isEmpty();
          assertThat(restAfter("P")).isEmpty();
          node.happens("second");
          return one + " " + events.next().getText();
        });
    assertThat(heard).isEqualTo("first second");
  }

  private byte[] restAfter(String sent) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(sent.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      return socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void connectionsTooMany_areClosedAtOnce_andOthersAreServedAgainLater() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < AdminServer.MOST_CONNECTIONS; i++) {
        sockets.add(new Socket(InetAddress.getLoopbackAddress(), server.address().getPort()));
      }
      assertThat(restAfter("")).isEmpty();
    } finally {
      for (Socket socket : sockets) {
        socket.shutdownOutput();
        assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        socket.close();
      }
    }
    assertThat(get("/health").body()).isEqualTo("ok\n");
  }

  @Test
  void garbage_onThePort_isRefusedAndOthersAreServed() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("\u0000\u0001garbage\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 400");
    }
    assertThat(
            client
                .ask(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()))
                .getNode()
                .getName())
        .isEqualTo("fake");
  }

  @Test
  void start_portInUse_saysSo() {
    assertThatThrownBy(
            () -> AdminServer.start(server.address(), node, InstantSource.fixed(Instant.EPOCH)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in use");
  }

  @Test
  void volumes_fromCreateToDelete_followTheirJob() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(server.address()).usePlaintext().build();
    try {
      var volumes = VolumeServiceGrpc.newBlockingStub(channel);
      volumes.createVolume(
          CreateVolumeRequest.newBuilder().setName("data").setSizeBytes(1 << 20).build());
      var attached =
          volumes.attachVolume(
              AttachVolumeRequest.newBuilder().setId("data").setJobId("job-1").build());
      assertThat(attached.getNfsPath()).isEqualTo("/data");
      assertThat(attached.getVolume().getStatus()).isEqualTo("attached");
      assertThatThrownBy(
              () -> volumes.deleteVolume(DeleteVolumeRequest.newBuilder().setId("data").build()))
          .hasMessageContaining("attached to job job-1");
      volumes.detachVolume(
          DetachVolumeRequest.newBuilder().setId("data").setJobId("job-1").build());
      volumes.deleteVolume(DeleteVolumeRequest.newBuilder().setId("data").build());
      assertThat(volumes.listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumesList())
          .isEmpty();
    } finally {
      channel.shutdownNow();
    }
  }
}
