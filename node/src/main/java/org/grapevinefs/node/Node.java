// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.grapevinefs.gossip.GossipConfig;
import org.grapevinefs.gossip.GossipService;
import org.grapevinefs.gossip.GossipSettings;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.nfsgateway.FileClientRecords;
import org.grapevinefs.nfsgateway.GatewayConfig;
import org.grapevinefs.nfsgateway.NfsGateway;
import org.grapevinefs.node.admin.AdminServer;
import org.grapevinefs.node.admin.Administered;
import org.grapevinefs.zonesconfig.ConfigLoader;
import org.grapevinefs.zonesconfig.ConfigProblem;
import org.grapevinefs.zonesconfig.ConfigWatcher;
import org.grapevinefs.zonesconfig.HostPort;
import org.grapevinefs.zonesconfig.LastGood;
import org.grapevinefs.zonesconfig.Loaded;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.NodeKey;
import org.jspecify.annotations.Nullable;

/**
 * The daemon put together. {@link #open} reads from top to bottom: each part is started when all
 * that it stands on is there, and stopped in the opposite order.
 *
 * <p>One write, from its first byte to its last: {@link NfsGateway} takes it from a client and
 * hands it to the zone's file system, found in {@link ZoneTable}; a zone held here writes it to its
 * plain file and gives the file a new version; {@link ZoneOpening} has that version told to gossip
 * and to the peers; they pull what they lack and write it to their own plain files.
 */
public final class Node implements AutoCloseable {
  /** The version of this program. */
  public static final String VERSION = "0.1.0";

  private static final Duration UPKEEP = Duration.ofSeconds(5);

  private final NodeOptions options;
  private final EventLog events;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private @Nullable Follower follower;
  private @Nullable ConfigWatcher watcher;
  private @Nullable NodeAdmin admin;
  private @Nullable ZoneTable zones;
  private boolean closed;

  private Node(NodeOptions options) {
    this.options = options;
    this.events = new EventLog(options.clock(), options.prefix());
  }

  /** Starts a node; it serves when this returns. */
  public static Node start(NodeOptions options) throws StartFailure {
    NativeCrypto.install();
    Node node = new Node(options);
    try {
      node.open();
    } catch (StartFailure | RuntimeException e) {
      node.close();
      throw e;
    }
    return node;
  }

  private void open() throws StartFailure {
    Loaded loaded = configuration();
    NodeConfig config = loaded.node().orElseThrow();
    DataFolder data = keep(DataFolder.open(options.data(), config.name()));
    Roster roster = MeshMembers.roster(loaded.mesh(), config.name(), data.key());

    GossipService gossip = gossip(config, data, roster);
    Peers peers = keep(Peers.start(config, data, gossip, events, options.clock()));
    ZoneOpening opening = new ZoneOpening(config, data, gossip, peers, events, options.clock());
    ZoneTable zones = keep(new ZoneTable(config.name(), opening, events));
    this.zones = zones;
    zones.apply(loaded.zones());

    NfsGateway nfs = nfs(config, data, roster, zones);
    HostPort nfsAddress = new HostPort(config.nfsListen().host(), nfs.port());
    Doubts doubts = new Doubts(config, gossip, events, System::nanoTime);
    keep(Upkeep.start(zones, doubts, gossip, UPKEEP));
    Scrubber scrubber = keep(scrubber(data, peers, zones));
    Follower follows = new Follower(config, data, gossip, peers, zones, events, doubts);
    ConfigWatcher watches =
        keep(ConfigWatcher.start(options.config(), loaded, follows::configurationChanged));
    follows.saveInForce(loaded);
    follows.follow();
    doubts.tell(loaded);

    String publicKey = NodeKey.of(data.key().publicKey().toBytes()).toString();
    NodeAdmin administered =
        new NodeAdmin(
            new NodeAdmin.Parts(
                config,
                zones,
                gossip,
                peers,
                nfs,
                watches,
                follows,
                doubts,
                events,
                scrubber,
                new ZoneFiles(options.config(), config.name()),
                publicKey,
                nfsAddress),
            options.clock());
    admin(config, administered);
    this.follower = follows;
    this.watcher = watches;
    this.admin = administered;
    events.info(
        "",
        "",
        "node "
            + config.name()
            + " ("
            + data.key().id().shortForm()
            + ", key "
            + publicKey
            + ") serves NFS on "
            + nfsAddress);
  }

  /** What the folder says; for a zone with a mistake, what was last good. */
  private Loaded configuration() throws StartFailure {
    Loaded loaded = new ConfigLoader().load(options.config(), LastGood.load(options.data()));
    List<String> refused = new ArrayList<>();
    for (ConfigProblem problem : loaded.problems()) {
      boolean ofZone =
          Objects.equals(
              problem.file().getParent(), options.config().resolve(ConfigLoader.ZONES_FOLDER));
      if (ofZone) {
        events.error("", "", problem + " (the file is refused; what was last good stays in force)");
      } else {
        refused.add(problem.toString());
      }
    }
    if (!refused.isEmpty()) {
      throw new StartFailure(String.join("\n", refused));
    }
    if (loaded.node().isEmpty()) {
      throw new StartFailure(
          "no node.toml in "
              + options.config()
              + ": \"grapevine init --name NAME --config "
              + options.config()
              + "\" writes one");
    }
    return loaded;
  }

  private GossipService gossip(NodeConfig config, DataFolder data, Roster roster)
      throws StartFailure {
    try {
      return keep(
          GossipService.start(
              new GossipConfig(
                  data.key(),
                  roster,
                  address(config.gossip().listen(), "[gossip] listen"),
                  config.gossip().broadcast(),
                  config.gossip().seeds().stream().map(MeshMembers::address).toList(),
                  data.path(),
                  GossipSettings.DEFAULT,
                  System::nanoTime,
                  options.clock(),
                  new SecureRandom())));
    } catch (IOException e) {
      throw cannotListen("gossip (UDP)", config.gossip().listen(), "[gossip] listen", e);
    }
  }

  private Scrubber scrubber(DataFolder data, Peers peers, ZoneTable zones) {
    ZoneScrubbing scrubbing = new ZoneScrubbing(zones, peers.service(), events, peers::nameOf);
    Path records = data.path().resolve("scrub");
    return new Scrubber(scrubbing, records, options.clock(), System::nanoTime, events).start();
  }

  private NfsGateway nfs(NodeConfig config, DataFolder data, Roster roster, ZoneTable zones)
      throws StartFailure {
    InetSocketAddress listen = address(config.nfsListen(), "[nfs] listen");
    try {
      NfsGateway nfs =
          keep(
              new NfsGateway(
                  GatewayConfig.of(
                          listen,
                          data.key().id().toString(),
                          MeshMembers.handleKey(roster.mesh()),
                          zones,
                          new FileClientRecords(data.path().resolve("nfs-clients")),
                          options.clock())
                      .withLease(config.nfs().lease(), config.nfs().lease())
                      .withTls(NfsEncryption.of(config.nfs(), data.key(), roster))));
      nfs.start();
      return nfs;
    } catch (IOException e) {
      throw cannotListen("NFS", config.nfsListen(), "[nfs] listen", e);
    }
  }

  private void admin(NodeConfig config, Administered administered) throws StartFailure {
    InetSocketAddress listen = address(config.adminListen(), "[admin] listen");
    try {
      keep(AdminServer.start(listen, administered, options.clock()));
    } catch (IOException e) {
      throw cannotListen("the admin API", config.adminListen(), "[admin] listen", e);
    }
  }

  static InetSocketAddress address(HostPort address, String key) throws StartFailure {
    try {
      return new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
    } catch (UnknownHostException e) {
      throw new StartFailure(
          "node.toml, " + key + ": \"" + address.host() + "\" is no address of this machine");
    }
  }

  static StartFailure cannotListen(String what, HostPort address, String key, IOException problem) {
    String words = String.valueOf(problem.getMessage()).toLowerCase(java.util.Locale.ROOT);
    Throwable cause = problem.getCause();
    if (cause != null && cause.getMessage() != null) {
      words += cause.getMessage().toLowerCase(java.util.Locale.ROOT);
    }
    String why =
        words.contains("in use")
            ? "the port is in use: stop what uses it, or set another " + key + " in node.toml"
            : words.contains("permission")
                ? "no permission: ports below 1024 need root or CAP_NET_BIND_SERVICE; or set"
                    + " another "
                    + key
                    + " in node.toml"
                : words.contains("assign")
                    ? "this machine has no such address: set " + key + " in node.toml"
                    : String.valueOf(problem.getMessage());
    return new StartFailure(what + " cannot listen on " + address + ": " + why);
  }

  private <T extends AutoCloseable> T keep(T part) {
    running.push(part);
    return part;
  }

  /** What administrators ask. */
  public Administered administered() {
    return Objects.requireNonNull(admin);
  }

  /** What is served. */
  ZoneTable zones() {
    return Objects.requireNonNull(zones);
  }

  /** What happened so far. */
  public EventLog events() {
    return events;
  }

  /** Reads the configuration folder again, changed or not. */
  public void readConfigurationNow() {
    if (watcher != null) {
      watcher.readNow();
    }
  }

  /** Stops within seconds, with versions written. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    while (!running.isEmpty()) {
      AutoCloseable part = running.pop();
      try {
        part.close();
      } catch (Exception e) {
        events.error("", "", part.getClass().getSimpleName() + " did not stop cleanly: " + e);
      }
    }
    if (follower != null) {
      events.info("", "", "stopped");
    }
  }
}
