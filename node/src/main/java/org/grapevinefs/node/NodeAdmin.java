// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.PeerView;
import org.grapevinefs.nfsgateway.NfsGateway;
import org.grapevinefs.node.admin.Administered;
import org.grapevinefs.node.admin.Refusal;
import org.grapevinefs.node.proto.CreateZoneRequest;
import org.grapevinefs.node.proto.CreateZoneResponse;
import org.grapevinefs.node.proto.Event;
import org.grapevinefs.node.proto.ListConflictsResponse;
import org.grapevinefs.node.proto.ListNodesResponse;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.RemoveZoneResponse;
import org.grapevinefs.node.proto.ResolveConflictRequest;
import org.grapevinefs.node.proto.ScanZoneResponse;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.VerifyZoneUpdate;
import org.grapevinefs.node.proto.WaitZoneResponse;
import org.grapevinefs.node.proto.Zone;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.grapevinefs.zonesconfig.ConfigProblem;
import org.grapevinefs.zonesconfig.ConfigWatcher;
import org.grapevinefs.zonesconfig.HostPort;
import org.grapevinefs.zonesconfig.Loaded;
import org.grapevinefs.zonesconfig.NodeConfig;

/** A node as its administrators see it. Safe for any thread. */
final class NodeAdmin implements Administered {
  private static final long POLL_MILLIS = 20;

  /** How long nothing may change before {@code wait} believes that all is said. */
  private static final long QUIET_MILLIS = 250;

  /** How long a status waits for members that may hang. */
  private static final long REMOTE_PATIENCE_MILLIS = 1_000;

  private static final Duration IN_FORCE = Duration.ofSeconds(10);

  /**
   * The parts of a node that administrators ask about.
   *
   * @param zones what is served
   * @param gossip the mesh
   * @param peers connections with other nodes
   * @param nfs the gateway
   * @param watcher the configuration in force
   * @param follower what came of later edits
   * @param doubts what will not do all that was hoped
   * @param events what happened
   * @param scrubber how the monthly comparisons stand
   * @param files zones.d
   * @param publicKey this node's key, as mesh.toml writes it
   * @param nfsAddress where the gateway listens
   */
  record Parts(
      NodeConfig config,
      ZoneTable zones,
      GossipService gossip,
      Peers peers,
      NfsGateway nfs,
      ConfigWatcher watcher,
      Follower follower,
      Doubts doubts,
      EventLog events,
      Scrubber scrubber,
      ZoneFiles files,
      String publicKey,
      HostPort nfsAddress) {}

  private final Parts node;
  private final long startedAt;
  private final Metrics metrics = new Metrics();
  private final RemoteUsage remote = new RemoteUsage(REMOTE_PATIENCE_MILLIS);

  NodeAdmin(Parts node, InstantSource clock) {
    this.node = node;
    this.startedAt = clock.millis();
  }

  private MeshView view() {
    return new MeshView(
        node.config().name(),
        node.gossip().roster(),
        node.gossip().peers(),
        node.zones().all(),
        node.scrubber(),
        remote);
  }

  @Override
  public Status status() {
    MeshView view = view();
    return Status.newBuilder()
        .setNode(self())
        .addAllPeers(view.peers())
        .addAllZones(node.zones().all().stream().map(view::zone).toList())
        .addAllProblems(problemsBesideZones())
        .addAllWarnings(
            node.doubts().about(node.watcher().current()).stream().map(Object::toString).toList())
        .build();
  }

  private org.grapevinefs.node.proto.Node self() {
    return org.grapevinefs.node.proto.Node.newBuilder()
        .setName(node.config().name().value())
        .setId(node.gossip().self().toString())
        .setVersion(Node.VERSION)
        .setMesh(node.gossip().roster().mesh().toString())
        .setPublicKey(node.publicKey())
        .setNfsAddress(node.nfsAddress().toString())
        .setStartedAtMillis(startedAt)
        .build();
  }

  @Override
  public ListNodesResponse nodes() {
    List<Peer> peers = view().peers();
    ListNodesResponse.Builder answer =
        ListNodesResponse.newBuilder().setSelf(self()).addAllPeers(peers);
    answer.addSelfAddresses(node.config().peerListen().toString());
    for (ServedZone zone : node.zones().all()) {
      if (zone instanceof ServedZone.Held) {
        answer.addSelfZones(zone.config().name().value());
      }
    }
    return answer.build();
  }

  @Override
  public List<Zone> zones() {
    MeshView view = view();
    return node.zones().all().stream().map(view::zone).toList();
  }

  @Override
  public Zone zone(String name) throws Refusal {
    return view().zone(find(name));
  }

  private ServedZone find(String name) throws Refusal {
    return node.zones()
        .find(name)
        .orElseThrow(() ->
            new Refusal(
                Refusal.Kind.NOT_FOUND,
                "no zone \"" + name + "\" here: \"grapevine zone list\" names those there are"));
  }

  private ServedZone.Held held(String name) throws Refusal {
    ServedZone zone = find(name);
    if (zone instanceof ServedZone.Held held) {
      return held;
    }
    throw new Refusal(
        Refusal.Kind.NOT_NOW,
        "this node holds no copy of zone "
            + name
            + ": ask one of its members, "
            + zone.config().members());
  }

  @Override
  public CreateZoneResponse createZone(CreateZoneRequest request) throws Refusal {
    CreateZoneResponse.Builder answer = CreateZoneResponse.newBuilder();
    answer.setFile(node.files().create(request).toString());
    node.watcher().readNow();
    if (!eventually(() -> node.zones().find(request.getName()).isPresent())) {
      throw new Refusal(
          Refusal.Kind.FAILED,
          answer.getFile() + " is written, but not in force: " + String.join("; ", problems()));
    }
    if (find(request.getName()) instanceof ServedZone.Failed failed) {
      throw new Refusal(Refusal.Kind.FAILED, "zone " + request.getName() + ": " + failed.why());
    }
    for (String member : request.getMembersList()) {
      if (!member.equals(node.config().name().value())) {
        answer.addWarnings(
            "copy " + answer.getFile() + " to " + member + ": it does not know the zone yet");
      }
    }
    return answer.build();
  }

  @Override
  public RemoveZoneResponse removeZone(String name, boolean force) throws Refusal {
    ServedZone zone = find(name);
    RemoveZoneResponse.Builder answer = RemoveZoneResponse.newBuilder();
    if (zone instanceof ServedZone.Held held) {
      long files = held.replica().status().counts().files();
      if (files > 0 && !force) {
        throw new Refusal(
            Refusal.Kind.NOT_NOW,
            "zone "
                + name
                + " holds "
                + files
                + " files here: to stop serving it all the same"
                + " (they stay in "
                + held.folder()
                + "), say --force");
      }
      answer.setKept(held.folder().toString());
    }
    answer.setFile(node.files().remove(zone.config().name()).toString());
    node.watcher().readNow();
    if (!eventually(() -> node.zones().find(name).isEmpty())) {
      throw new Refusal(Refusal.Kind.FAILED, "the zone's file is gone, but it is served yet");
    }
    return answer.build();
  }

  private boolean eventually(Supplier<Boolean> condition) throws Refusal {
    long deadline = System.nanoTime() + IN_FORCE.toNanos();
    try {
      while (!condition.get()) {
        if (System.nanoTime() > deadline) {
          return false;
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(Refusal.Kind.NOT_NOW, "the node stops");
    }
    return true;
  }

  @Override
  public ScanZoneResponse scan(String name) throws Refusal {
    ServedZone.Held held = held(name);
    try {
      ZoneReplica.ScanReport report = held.replica().scan(ZoneReplica.Authority.DISK);
      FolderCheck.report(name, report, node.events());
      return ScanZoneResponse.newBuilder()
          .setAdded(report.added())
          .setChanged(report.edited())
          .setMissing(report.missing())
          .build();
    } catch (IOException e) {
      throw new Refusal(Refusal.Kind.FAILED, "the scan failed: " + Plainly.of(e));
    }
  }

  @Override
  public void verify(String name, Predicate<VerifyZoneUpdate> updates)
      throws Refusal, InterruptedException {
    Verification verification =
        new Verification(
            node.peers().service(), held(name), node.events(), node.peers()::nameOf, null);
    try {
      boolean wanted = true;
      while (wanted && !verification.isDone()) {
        wanted = updates.test(verification.page());
      }
    } catch (IOException e) {
      throw new Refusal(Refusal.Kind.FAILED, "the comparison failed: " + Plainly.of(e));
    }
  }

  /**
   * Looks until all members in reach say the same for a quarter of a second: a file closed just now
   * gets its version within that time.
   */
  @Override
  public WaitZoneResponse await(String name, long timeoutMillis)
      throws Refusal, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    long sameSince = 0;
    Knowledge before = Knowledge.NONE;
    boolean same = false;
    while (true) {
      ServedZone zone = find(name);
      Optional<Knowledge> mine =
          zone instanceof ServedZone.Held held
              ? Optional.of(held.replica().status().knowledge())
              : Optional.empty();
      long now = System.nanoTime();
      boolean equal = view().isSame(zone.config(), mine) && isWhole(zone);
      if (!equal || !mine.orElse(Knowledge.NONE).equals(before) || sameSince == 0) {
        sameSince = equal ? now : 0;
      }
      before = mine.orElse(Knowledge.NONE);
      same = sameSince != 0 && now - sameSince >= TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS);
      if (same || now > deadline) {
        return WaitZoneResponse.newBuilder().setSame(same).setZone(view().zone(zone)).build();
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private static boolean isWhole(ServedZone zone) {
    return !(zone instanceof ServedZone.Held held)
        || (held.replica().status().counts().pending() == 0
            && held.replica().status().counts().unsettled() == 0);
  }

  @Override
  public ListConflictsResponse conflicts(String zone) throws Refusal {
    ListConflictsResponse.Builder answer = ListConflictsResponse.newBuilder();
    List<ServedZone> asked = zone.isEmpty() ? node.zones().all() : List.of(held(zone));
    for (ServedZone served : asked) {
      if (served instanceof ServedZone.Held held) {
        answer.addAllConflicts(new ConflictDesk(held).list());
      }
    }
    return answer.build();
  }

  @Override
  public String resolve(ResolveConflictRequest request) throws Refusal {
    String done =
        new ConflictDesk(held(request.getZone())).resolve(request.getPath(), request.getKeep());
    node.events().add(EventLog.Level.INFO, request.getZone(), "", request.getPath(), done);
    return done;
  }

  @Override
  public List<Event> events(int last) {
    return node.events().last(last).stream().map(NodeAdmin::event).toList();
  }

  @Override
  public AutoCloseable listen(Consumer<Event> listener) {
    return node.events().listen(event -> listener.accept(event(event)));
  }

  private static Event event(EventLog.Event event) {
    return Event.newBuilder()
        .setNumber(event.number())
        .setWhenMillis(event.millis())
        .setLevel(event.level().toString())
        .setZone(event.zone())
        .setPeer(event.peer())
        .setPath(event.path())
        .setText(event.text())
        .build();
  }

  @Override
  public List<String> problems() {
    List<String> problems = problemsBesideZones();
    for (ServedZone zone : node.zones().all()) {
      String fault = zone instanceof ServedZone.Held held ? held.replica().status().fault() : null;
      if (fault != null) {
        problems.add("zone " + zone.config().name() + ": read-only: " + fault);
      }
    }
    return problems;
  }

  /** Without what the zones tell of themselves. */
  private List<String> problemsBesideZones() {
    Loaded config = node.watcher().current();
    List<String> problems = new ArrayList<>();
    for (ConfigProblem problem : config.problems()) {
      problems.add(problem + " (refused; the last good version is in force)");
    }
    node.follower().meshProblem().ifPresent(problems::add);
    for (ServedZone zone : node.zones().all()) {
      if (zone instanceof ServedZone.Failed failed) {
        problems.add("zone " + zone.config().name() + ": " + failed.why());
      }
    }
    for (PeerView peer : node.gossip().peers()) {
      if (!peer.agreesOnMembers()) {
        problems.add("peer " + peer.name() + " goes by another mesh.toml");
      }
    }
    for (String wrong : node.peers().service().stats().wrongKeys()) {
      problems.add("connections are refused, " + wrong + ": compare the keys in mesh.toml");
    }
    return problems;
  }

  @Override
  public String metrics() {
    return metrics.scrape(
        status(),
        node.nfs().stats(),
        node.gossip().stats(),
        node.peers().service().stats().refused());
  }
}
