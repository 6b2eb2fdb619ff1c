// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.grapevinefs.node.admin.AdminClient;
import org.grapevinefs.node.proto.GetStatusRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes to a node's ports from those who do not belong there. */
class StrangersTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int NFS_PROGRAM = 100_003;

  @TempDir Path temp;

  @Test
  void garbage_onEveryPort_changesNothing() throws Exception {
    NodeFolder folder = new NodeFolder(temp, "alpha");
    folder.zone("docs", "quota = \"10MB\"\nmembers = [\"alpha\"]\n");
    try (Node node = folder.start()) {
      for (int port : new int[] {folder.nfs, folder.peer, folder.admin}) {
        sendGarbage(port);
      }
      sendDatagrams(folder.peer);
      assertThat(nullCall(folder.nfs)).isZero();
      try (AdminClient client = new AdminClient("127.0.0.1", folder.admin)) {
        var status = client.ask(stub -> stub.getStatus(GetStatusRequest.getDefaultInstance()));
        assertThat(status.getZones(0).getRole()).isEqualTo("member");
        assertThat(status.getProblemsList()).isEmpty();
      }
      assertThat(node.administered().metrics())
          .contains("grapevine_gossip_packets{what=\"dropped-malformed\"} 4.0")
          .contains("grapevine_gossip_packets{what=\"dropped-oversize\"} 2.0")
          .doesNotContain("grapevine_peer_refused 0.0");
    }
  }

  /** Some is shorter than any message, some promises far more than there is. */
  private static void sendGarbage(int port) throws IOException {
    SplittableRandom random = new SplittableRandom(port);
    for (int size : new int[] {0, 1, 3, 4, 44, 5_000, 300_000}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      if (size == 44) {
        ByteBuffer.wrap(bytes).putInt(0xffff_ffff);
      }
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        socket.setSoTimeout(5_000);
        socket.getInputStream().readNBytes(10_000);
      } catch (IOException e) {
        // Cutting the connection off is a good answer too.
        assertThat(e).isNotNull();
      }
    }
  }

  private static void sendDatagrams(int port) throws IOException {
    SplittableRandom random = new SplittableRandom(port);
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int size : new int[] {0, 1, 60, 1_200, 1_500, 60_000}) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        socket.send(
            new DatagramPacket(
                bytes, size, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
      }
    }
  }

  /** The NFS program's procedure that does nothing; 0 if it was done. */
  private static int nullCall(int port) throws IOException {
    ByteBuffer call = ByteBuffer.allocate(44);
    call.putInt(0x8000_0028).putInt(7).putInt(0).putInt(2).putInt(NFS_PROGRAM).putInt(4).putInt(0);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(call.array());
      DataInputStream answer = new DataInputStream(socket.getInputStream());
      int length = answer.readInt() & 0x7fff_ffff;
      assertThat(length).isEqualTo(24);
      assertThat(answer.readInt()).isEqualTo(7);
      answer.skipNBytes(16);
      return answer.readInt();
    }
  }

  @Test
  void peer_withAWrongKey_isNotHeardNotConnectedAndStatusSaysSo() throws Exception {
    NodeFolder alpha = new NodeFolder(temp, "alpha");
    NodeFolder beta = new NodeFolder(temp, "beta");
    NodeFolder lost = new NodeFolder(temp, "lost");
    List<NodeFolder> nodes = List.of(alpha, beta);
    alpha.mesh(nodes, List.of(alpha.key(), lost.key()));
    beta.mesh(nodes, List.of(alpha.key(), beta.key()));
    for (NodeFolder node : nodes) {
      node.zone("docs", "quota = \"10MB\"\nmembers = [\"alpha\", \"beta\"]\n");
    }
    try (Node one = alpha.start();
        Node two = beta.start()) {
      await()
          .atMost(SOON)
          .until(() ->
              one.administered().problems().stream()
                  .anyMatch(text -> text.contains("is not a member of this mesh")));
      await()
          .atMost(SOON)
          .until(() ->
              two.administered().problems().stream()
                  .anyMatch(text -> text.contains("does not take this node's key")));
      assertThat(one.administered().status().getPeers(0).getState()).isEqualTo("unreachable");
      assertThat(one.administered().status().getZones(0).getMembersList())
          .anyMatch(member -> member.getName().equals("beta") && !member.hasSum());
      assertThat(two.administered().status().getPeers(0).getName()).isEqualTo("alpha");
      alpha.mesh(nodes, List.of(alpha.key(), beta.key()));
      beta.mesh(nodes, List.of(alpha.key(), beta.key()));
      await()
          .atMost(SOON)
          .until(() -> one.administered().status().getPeers(0).getState().equals("alive"));
      assertThat(one.administered().await("docs", 20_000).getSame()).isTrue();
    }
  }
}
