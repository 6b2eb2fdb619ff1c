// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.grapevinefs.gossip.MeshId;
import org.grapevinefs.gossip.NodeAddress;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.NodeKey;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.gossip.TlsIdentity;
import org.grapevinefs.gossip.ZoneId;

/** Nodes in one JVM that talk over TLS on loopback. */
final class TestMesh implements AutoCloseable {
  static final ZoneId ZONE = ZoneId.ofName("tier-1");
  static final MeshId MESH = new MeshId(1, 2);
  static final RemotePatience PATIENCE =
      new RemotePatience(
          Duration.ofSeconds(5),
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofMinutes(10),
          Duration.ofMinutes(10));

  final Map<NodeId, NodeAddress> addresses = new ConcurrentHashMap<>();
  private final List<Node> open = new ArrayList<>();
  private final Set<Integer> trusted;

  /** A mesh that trusts the nodes of these numbers. */
  TestMesh(Integer... numbers) {
    trusted = Set.of(numbers);
  }

  /** Waits as long as a busy machine may need. */
  static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(60));
  }

  static NodeKey key(int number) {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) number);
    return NodeKey.ofSeed(seed);
  }

  static NodeId id(int number) {
    return key(number).id();
  }

  static Set<NodeId> ids(Integer... numbers) {
    return Arrays.stream(numbers).map(TestMesh::id).collect(Collectors.toUnmodifiableSet());
  }

  Roster roster() {
    return new Roster(
        MESH,
        trusted.stream()
            .map(n -> new Roster.Entry("node-" + n, key(n).publicKey(), List.of()))
            .toList());
  }

  /** One node. */
  final class Node implements AutoCloseable {
    final int number;
    final PeerService service;
    final InetSocketAddress listening;

    Node(int number, MemberSelector members, Roster trusts) throws IOException {
      this.number = number;
      TlsIdentity identity = new TlsIdentity(key(number), () -> trusts);
      PeerService.Setup setup =
          new PeerService.Setup(
              TestMesh.id(number),
              MESH,
              identity,
              peer -> addresses.containsKey(peer) ? List.of(addresses.get(peer)) : List.of(),
              members,
              InstantSource.system(),
              new SplittableRandom(number));
      service = new PeerService(setup, PeerLimits.DEFAULT);
      listening = service.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      addresses.put(TestMesh.id(number), new NodeAddress("127.0.0.1", listening.getPort()));
    }

    void connect(Integer... others) {
      service.connect(ids(others));
    }

    FakeReplica host(boolean inlines, EchoFiles files, ZoneAccess access) {
      FakeReplica replica = new FakeReplica(number, inlines);
      service.addZone(ZONE, replica, files.files, access);
      return replica;
    }

    @Override
    public void close() {
      service.close();
    }
  }

  Node node(int number, Integer... membersNearestFirst) throws IOException {
    List<NodeId> members = Arrays.stream(membersNearestFirst).map(TestMesh::id).toList();
    Node node = new Node(number, zone -> members, roster());
    open.add(node);
    return node;
  }

  /** A node that trusts all, but that others may not know. */
  Node stranger(int number, Integer... trusts) throws IOException {
    TestMesh wider = new TestMesh(trusts);
    Node node = new Node(number, zone -> List.of(), wider.roster());
    open.add(node);
    return node;
  }

  static ZoneAccess access(Set<NodeId> members, Set<NodeId> serving) {
    return new ZoneAccess() {
      @Override
      public Set<NodeId> members() {
        return members;
      }

      @Override
      public boolean mayServe(NodeId node) {
        return serving.contains(node);
      }
    };
  }

  @Override
  public void close() {
    open.forEach(Node::close);
  }
}
