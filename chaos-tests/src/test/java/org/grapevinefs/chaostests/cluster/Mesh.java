// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.grapevinefs.gossip.NodeKey;
import org.grapevinefs.zonesconfig.AccessRules;
import org.grapevinefs.zonesconfig.ByteSize;
import org.grapevinefs.zonesconfig.ConfigTemplates;
import org.grapevinefs.zonesconfig.HostPort;
import org.grapevinefs.zonesconfig.MeshConfig;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.NodeName;
import org.grapevinefs.zonesconfig.Squash;
import org.grapevinefs.zonesconfig.VolumeConfig;
import org.grapevinefs.zonesconfig.VolumeType;
import org.grapevinefs.zonesconfig.ZoneConfig;
import org.grapevinefs.zonesconfig.ZoneName;

/**
 * A mesh of nodes on loopback, each a process with a volume of its own, on ports that were free
 * just now. Nodes count from 1.
 */
public final class Mesh implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration CONVERGENCE = Duration.ofSeconds(60);
  private static final int LOWEST_PORT = 10_000;
  private static final int EPHEMERAL_PORTS = 32_000;
  private static final int MOST_TRIES = 1_000;

  private final List<MeshNode> nodes = new ArrayList<>();

  private Mesh() {}

  /** Writes keys and configuration of a mesh on plain folders; nothing runs yet. */
  static Mesh make(Path folder, int count) throws IOException {
    return make(folder, count, VolumeType.DIRECTORY, MeshNode.forTests());
  }

  /**
   * Writes keys and configuration of a mesh.
   *
   * @param program the first words of the command line that runs a node
   */
  public static Mesh make(Path folder, int count, VolumeType type, List<String> program)
      throws IOException {
    Mesh mesh = new Mesh();
    List<MeshConfig.MeshNode> known = new ArrayList<>();
    int[] ports = freePorts(3 * count);
    for (int i = 1; i <= count; i++) {
      int first = 3 * (i - 1);
      MeshNode node =
          new MeshNode(
              folder.resolve("node-" + i),
              ports[first],
              ports[first + 1],
              ports[first + 2],
              program);
      mesh.nodes.add(node);
      Files.createDirectories(node.config().resolve("zones.d"));
      Files.createDirectories(node.data());
      Files.createDirectories(node.volume());
      NodeKey key = NodeKey.loadOrCreate(node.data(), new SecureRandom());
      known.add(
          new MeshConfig.MeshNode(
              name(i),
              org.grapevinefs.zonesconfig.NodeKey.of(key.publicKey().toBytes()),
              List.of(new HostPort(LOOPBACK, ports[first + 2]))));
    }
    MeshConfig config = new MeshConfig("00112233445566778899aabbccddeeff", known);
    for (int i = 1; i <= count; i++) {
      mesh.write(i, config, type);
    }
    return mesh;
  }

  private void write(int i, MeshConfig mesh, VolumeType type) throws IOException {
    HostPort peer = new HostPort(LOOPBACK, node(i).peerPort());
    List<HostPort> seeds =
        mesh.nodes().stream()
            .flatMap(node -> node.addresses().stream())
            .filter(address -> !address.equals(peer))
            .toList();
    MeshNode node = node(i);
    NodeConfig config =
        new NodeConfig(
            name(i),
            new NodeConfig.Gossip(peer, seeds, false),
            peer,
            new HostPort(LOOPBACK, node.nfsPort()),
            new HostPort(LOOPBACK, node.adminPort()),
            List.of(VolumeConfig.of("main", node.volume()).withType(type)));
    Files.writeString(node.config().resolve("node.toml"), ConfigTemplates.node(config));
    Files.writeString(node.config().resolve("mesh.toml"), ConfigTemplates.mesh(mesh));
  }

  private static NodeName name(int i) {
    return new NodeName("node-" + i);
  }

  /**
   * Ports that neither TCP nor UDP uses now, below those that the kernel gives to whoever asks for
   * any: else a connection may take one before its node does.
   */
  private static int[] freePorts(int count) throws IOException {
    List<AutoCloseable> sockets = new ArrayList<>();
    int[] ports = new int[count];
    try {
      for (int i = 0; i < count; i++) {
        ports[i] = freePort(sockets);
      }
    } finally {
      for (AutoCloseable socket : sockets) {
        closeQuietly(socket);
      }
    }
    return ports;
  }

  private static int freePort(List<AutoCloseable> held) throws IOException {
    IOException last = new IOException("no free port");
    for (int i = 0; i < MOST_TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, EPHEMERAL_PORTS);
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      try {
        ServerSocket tcp = new ServerSocket();
        held.add(tcp);
        tcp.bind(address);
        held.add(new DatagramSocket(address));
        return port;
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives all nodes the file of a zone, in which root stays root. */
  public Mesh zone(String name, int... members) throws IOException {
    List<NodeName> names = IntStream.of(members).mapToObj(Mesh::name).toList();
    ZoneConfig zone =
        ZoneConfig.of(new ZoneName(name), ByteSize.parse("8GB"), names)
            .withAccess(AccessRules.DEFAULT.withSquash(Squash.NONE));
    for (MeshNode node : nodes) {
      Files.writeString(
          node.config().resolve("zones.d").resolve(name + ".toml"), ConfigTemplates.zone(zone));
    }
    return this;
  }

  public MeshNode node(int i) {
    return nodes.get(i - 1);
  }

  /** Puts lines at the top of a zone's file on all nodes. */
  Mesh zoneSays(String name, String lines) throws IOException {
    for (MeshNode node : nodes) {
      Path file = node.config().resolve("zones.d").resolve(name + ".toml");
      Files.writeString(file, lines + Files.readString(file));
    }
    return this;
  }

  /** Starts nodes and waits until they serve. */
  public Mesh start(int... numbers) throws IOException {
    for (int i : numbers) {
      node(i).start();
    }
    for (int i : numbers) {
      node(i).awaitReady();
    }
    return this;
  }

  /** A zone's plain files on a node's volume. */
  public Path files(int i, String zone) {
    return node(i).volume().resolve(zone);
  }

  /** Waits until members hold the same tree, names, modes and bytes. */
  Listing awaitSame(String zone, int first, int... others) throws IOException {
    try {
      Awaitility.await("the same tree on " + first + " and " + Arrays.toString(others))
          .atMost(CONVERGENCE)
          .pollInterval(Duration.ofMillis(100))
          .ignoreExceptions()
          .untilAsserted(() -> requireSame(zone, first, others));
    } catch (RuntimeException | AssertionError e) {
      StringBuilder words = new StringBuilder();
      nodes.forEach(node -> words.append(node.lastWords()).append("\n--\n"));
      throw new AssertionError(words.toString(), e);
    }
    return Listing.of(files(first, zone));
  }

  private void requireSame(String zone, int first, int... others) throws IOException {
    Listing wanted = Listing.of(files(first, zone));
    for (int other : others) {
      assertThat(Listing.of(files(other, zone)).entries()).isEqualTo(wanted.entries());
    }
  }

  @Override
  public void close() {
    // All of them first: one that is slow to die must not leave the others running.
    nodes.forEach(MeshNode::abandon);
    nodes.forEach(MeshNode::kill);
  }
}
