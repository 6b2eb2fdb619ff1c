// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.PullHeader;
import org.grapevinefs.replication.core.PullResult;
import org.grapevinefs.replication.peer.ContentPlanner.Assignment;
import org.grapevinefs.replication.peer.ContentPlanner.Wanted;
import org.grapevinefs.replication.peer.PeerException.Kind;
import org.grapevinefs.replication.peer.proto.Fetch;
import org.grapevinefs.replication.peer.proto.Pull;
import org.grapevinefs.replication.peer.proto.Request;
import org.grapevinefs.replication.peer.proto.ZoneVersion;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.grapevinefs.replication.zone.ZoneStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one local replica level with the zone's other members: does what {@link PullPlanner} and
 * {@link ContentPlanner} decide, on workers, never more than one pull at a time.
 */
final class ZoneSync implements PullSession.Listener, FetchSession.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(ZoneSync.class);
  private static final int MAX_OFFERED = 2048;
  private static final int FEW_LEFT = 256;
  private static final long LOOK_NANOS = 1_000_000_000;

  /** So often at most people hear of contents that nobody has. */
  private static final long TOLD_EACH_NANOS = 600_000_000_000L;

  /** A look for what is lost is followed by a rest of so many times as long as it took. */
  private static final long REST_FACTOR = 20;

  private static final long LONGEST_REST_NANOS = 10_000_000_000L;

  private final ZoneId zone;
  private final ZoneReplica replica;
  private final PeerTransport transport;
  private final FairExecutor<ZoneId> workers;
  private final Runnable afterPull;
  private final Consumer<NodeId> differing;
  private final Runnable busy;
  private final PullPlanner pulls = new PullPlanner(new SplittableRandom());
  private final ContentPlanner contents = new ContentPlanner();
  private final StateWatch states = new StateWatch();
  private final Map<Wanted, PendingContent> wanted = new HashMap<>();
  private long lastLook;
  private boolean loading;
  private boolean loadAgain;
  private boolean maybeMore = true;
  private long lookedForLost;
  private long lookTook;
  private long lookedInVain;
  private long toldInVain;
  private boolean closed;

  /**
   * A driver that does nothing until it hears of members.
   *
   * @param afterPull called after each pull that was taken in, on a worker
   * @param differing hears of members that know the same and hold another state
   * @param busy called when {@link #step} is to be called again before long
   */
  ZoneSync(
      ZoneId zone,
      ZoneReplica replica,
      PeerTransport transport,
      FairExecutor<ZoneId> workers,
      Runnable afterPull,
      Consumer<NodeId> differing,
      Runnable busy) {
    this.zone = zone;
    this.replica = replica;
    this.transport = transport;
    this.workers = workers;
    this.afterPull = afterPull;
    this.differing = differing;
    this.busy = busy;
    this.lastLook = transport.nanoTime();
    this.lookedForLost = transport.nanoTime();
    this.lookedInVain = lookedForLost;
    this.toldInVain = lookedForLost - TOLD_EACH_NANOS;
  }

  /** What this replica knows, now that peers may hear of it. */
  void mine(Knowledge knowledge) {
    synchronized (this) {
      pulls.mine(knowledge.sum(), knowledge.digest());
    }
    step();
  }

  void up(NodeId node, int rank) {
    synchronized (this) {
      pulls.up(node, rank, transport.nanoTime());
      contents.up(node, rank);
    }
    step();
  }

  synchronized void down(NodeId node) {
    pulls.down(node);
    contents.down(node);
  }

  synchronized void forget(NodeId node) {
    pulls.forget(node);
    states.forget(node);
    contents.down(node);
  }

  /** A member said over its connection what it knows. */
  void told(NodeId node, ZoneVersion said) {
    synchronized (this) {
      long now = transport.nanoTime();
      if (pulls.told(node, said.getSum(), said.getDigest(), said.getPending(), now)) {
        contents.news(node);
      }
    }
    step();
  }

  /** Gossip said what a member knows. */
  void heard(NodeId node, long sum, long digest, long pending) {
    synchronized (this) {
      if (pulls.heard(node, sum, digest, pending, transport.nanoTime())) {
        contents.news(node);
      }
    }
    step();
  }

  /** A member that knows so much asked this replica, and is told what it lacks of the rest. */
  void asked(NodeId node, Knowledge knows, Knowledge answered) {
    // Else it knows something new, and is asked for that like any other.
    if (answered.includes(knows)) {
      synchronized (this) {
        pulls.asked(node, knows.digest(), answered.digest());
      }
    }
  }

  /** A member said which state it holds with what it knows. */
  synchronized void heardState(NodeId node, long digest, long stateDigest) {
    states.heard(node, new StateWatch.Told(digest, stateDigest));
  }

  /** Members that know what we know must hold what we hold: else they are asked for all. */
  private void compareStates() {
    ZoneStatus status = replica.status();
    var mine = new StateWatch.Told(status.knowledge().digest(), status.stateDigest());
    List<NodeId> due;
    synchronized (this) {
      due = states.due(mine, transport.nanoTime());
      due.forEach(pulls::suspect);
    }
    due.forEach(differing);
  }

  synchronized List<Behind> behind() {
    return pulls.behind();
  }

  synchronized void close() {
    closed = true;
  }

  /** Does what is due; called after each event, and now and then, more often while busy. */
  void step() {
    Optional<NodeId> ask;
    boolean look;
    synchronized (this) {
      if (closed) {
        return;
      }
      long now = transport.nanoTime();
      ask = pulls.next(now);
      look = now - lastLook >= StateWatch.LOOK_NANOS;
      lastLook = look ? now : lastLook;
    }
    if (look) {
      work(this::compareStates, why -> LOG.debug("zone {}: states not compared: {}", zone, why));
    }
    ask.ifPresent(node -> work(() -> pull(node), why -> failed(node, why)));
    fetchMore();
    lookForLost();
    if (isBusy()) {
      busy.run();
    }
  }

  /** Whether something is under way, or waits for a moment that comes by itself. */
  synchronized boolean isBusy() {
    return !closed
        && (loading || pulls.isBusy() || contents.waiting() > 0 || contents.underWay() > 0);
  }

  /** A scan may find that files are gone, which no pull tells of. */
  private void lookForLost() {
    long now = transport.nanoTime();
    synchronized (this) {
      long rest = Math.clamp(REST_FACTOR * lookTook, LOOK_NANOS, LONGEST_REST_NANOS);
      if (now - lookedForLost < rest || contents.waiting() > 0 || contents.underWay() > 0) {
        return;
      }
      lookedForLost = now;
    }
    if (replica.status().counts().pending() > 0) {
      reload();
    }
  }

  /** Looks again for contents that are wanted. */
  void reload() {
    synchronized (this) {
      if (loading) {
        loadAgain = true;
        return;
      }
      loading = true;
    }
    work(this::load, why -> loaded(List.of()));
  }

  private interface Failed {
    void because(IOException reason);
  }

  private void work(Runnable task, Failed failed) {
    if (!workers.tryExecute(zone, task)) {
      failed.because(new PeerException(Kind.NOT_SENT, "too much to do"));
    }
  }

  private PeerConnection connection(NodeId node) throws PeerException {
    PeerConnection connection = transport.connection(node, Lane.BULK);
    if (connection == null) {
      connection = transport.connection(node, Lane.URGENT);
    }
    if (connection == null) {
      throw new PeerException(Kind.NOT_SENT, "not connected");
    }
    return connection;
  }

  private void pull(NodeId node) {
    try {
      PeerConnection connection = connection(node);
      Knowledge known = replica.knowledge();
      boolean full;
      synchronized (this) {
        full = pulls.isForAll(node);
      }
      Pull.Builder pull =
          Pull.newBuilder()
              .setFull(full)
              .setZone(ByteString.copyFrom(zone.toBytes()))
              .addAllKnown(ZoneWire.known(known, Knowledge.NONE));
      start(
          connection,
          Request.newBuilder().setPull(pull),
          new PullSession(replica, node, known, this));
    } catch (IOException e) {
      failed(node, e);
    } catch (RuntimeException e) {
      failed(node, new IOException("a pull could not be asked for", e));
    }
  }

  private void start(
      PeerConnection connection, Request.Builder request, StreamInbox.Consumer consumer) {
    StreamInbox inbox = new StreamInbox(consumer, task -> workers.tryExecute(zone, task));
    inbox.handle(connection.stream(request, false, inbox));
  }

  @Override
  public void pulled(NodeId from, PullHeader header, PullResult result) {
    result.alarms().forEach(alarm -> LOG.warn("zone {}: {}", zone, alarm));
    synchronized (this) {
      pulls.done(from, header.knowledge().digest());
    }
    afterPull.run();
    reload();
    step();
  }

  @Override
  public void failed(NodeId from, IOException reason) {
    LOG.debug("zone {}: pull from {} failed: {}", zone, from.shortForm(), reason.toString());
    synchronized (this) {
      pulls.failed(from, String.valueOf(reason.getMessage()), transport.nanoTime());
    }
  }

  private void load() {
    List<PendingContent> pending = List.of();
    long begun = transport.nanoTime();
    try {
      pending = replica.pending(MAX_OFFERED);
    } finally {
      // What is here and waits to show is walked over, and of that there may be much.
      long now = transport.nanoTime();
      synchronized (this) {
        lookedForLost = now;
        lookTook = now - begun;
      }
      loaded(pending);
    }
  }

  private void loaded(List<PendingContent> pending) {
    boolean again;
    synchronized (this) {
      Map<Wanted, Long> offered = new LinkedHashMap<>();
      Map<Wanted, PendingContent> before = Map.copyOf(wanted);
      wanted.clear();
      for (PendingContent content : pending) {
        Wanted key = new Wanted(content.source(), content.wanted().dot());
        wanted.put(key, content);
        offered.put(key, content.missingBytes());
      }
      before.forEach(wanted::putIfAbsent);
      wanted.keySet().retainAll(keysInPlay(offered));
      contents.offer(offered);
      maybeMore = pending.size() >= MAX_OFFERED;
      loading = false;
      again = loadAgain;
      loadAgain = false;
    }
    if (again) {
      reload();
    } else {
      fetchMore();
    }
  }

  private Set<Wanted> keysInPlay(Map<Wanted, Long> offered) {
    Set<Wanted> keys = new HashSet<>(offered.keySet());
    keys.addAll(contents.keysUnderWay());
    return keys;
  }

  private void fetchMore() {
    while (true) {
      Assignment assignment;
      List<PendingContent> what;
      synchronized (this) {
        if (closed) {
          return;
        }
        assignment = contents.next(transport.nanoTime()).orElse(null);
        if (assignment == null) {
          return;
        }
        what = assignment.contents().stream().map(wanted::get).filter(Objects::nonNull).toList();
      }
      Assignment next = assignment;
      work(() -> fetch(next, what), why -> ended(next, why));
    }
  }

  private void fetch(Assignment assignment, List<PendingContent> what) {
    FetchSession session = new FetchSession(replica, assignment, this);
    try {
      PeerConnection connection = connection(assignment.member());
      Fetch.Builder fetch = session.prepare(what, ByteString.copyFrom(zone.toBytes()));
      if (fetch.getStretchesCount() == 0) {
        session.end(null);
        return;
      }
      start(connection, Request.newBuilder().setFetch(fetch), session);
    } catch (IOException e) {
      session.end(e);
    } catch (RuntimeException e) {
      session.end(new IOException("contents could not be asked for", e));
    }
  }

  @Override
  public void refused(Assignment assignment, Wanted content) {
    List<Wanted> inVain;
    synchronized (this) {
      long now = transport.nanoTime();
      contents.refuse(assignment.member(), content, now);
      if (now - toldInVain < TOLD_EACH_NANOS || now - lookedInVain < LOOK_NANOS) {
        return;
      }
      lookedInVain = now;
      inVain = contents.inVain(now);
      toldInVain = inVain.isEmpty() ? toldInVain : now;
    }
    if (!inVain.isEmpty()) {
      replica.soughtInVain(inVain.getFirst().source(), inVain.size());
    }
  }

  @Override
  public synchronized void postponed(Assignment assignment, Wanted content) {
    contents.postpone(assignment.member(), content, transport.nanoTime());
  }

  @Override
  public void ended(Assignment assignment, @Nullable IOException reason) {
    if (reason != null) {
      LOG.debug(
          "zone {}: contents from {}: {}",
          zone,
          assignment.member().shortForm(),
          reason.toString());
    }
    boolean low;
    synchronized (this) {
      contents.ended(assignment, reason == null, transport.nanoTime());
      low = contents.waiting() < FEW_LEFT && (maybeMore || contents.underWay() == 0);
    }
    if (low) {
      reload();
    } else {
      fetchMore();
    }
  }
}
