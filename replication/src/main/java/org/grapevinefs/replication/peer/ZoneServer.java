// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.peer.ServedSession.Outcome;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Attach;
import org.grapevinefs.replication.peer.proto.Digests;
import org.grapevinefs.replication.peer.proto.Failure;
import org.grapevinefs.replication.peer.proto.Fetch;
import org.grapevinefs.replication.peer.proto.Mend;
import org.grapevinefs.replication.peer.proto.Mended;
import org.grapevinefs.replication.peer.proto.Pull;
import org.grapevinefs.replication.peer.proto.Request;
import org.grapevinefs.replication.peer.proto.ZoneCall;
import org.grapevinefs.replication.peer.proto.ZoneReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers peers' requests on the zones that are here, after checking that they may have them. */
final class ZoneServer {
  private static final Logger LOG = LoggerFactory.getLogger(ZoneServer.class);
  private static final long GRACE_NANOS = Duration.ofSeconds(60).toNanos();
  private static final int MAX_WAIT_MILLIS = 5_000;
  private static final int MAX_SESSIONS = 4096;
  private static final int PENDING_LOOKED_AT = 1_000;

  private final Map<ZoneId, HostedZone> zones = new ConcurrentHashMap<>();
  private final FairExecutor<NodeId> workers;
  private final FairExecutor<NodeId> waiters;
  private final LongSupplier nanoTime;

  /**
   * A server of no zone yet.
   *
   * @param workers for what takes as long as a disk does
   * @param waiters for what waits for other nodes
   */
  ZoneServer(FairExecutor<NodeId> workers, FairExecutor<NodeId> waiters, LongSupplier nanoTime) {
    this.workers = workers;
    this.waiters = waiters;
    this.nanoTime = nanoTime;
  }

  Map<ZoneId, HostedZone> zones() {
    return zones;
  }

  @Nullable HostedZone zone(com.google.protobuf.ByteString id) {
    return id.size() == ZoneId.BYTES ? zones.get(ZoneId.ofBytes(id.toByteArray())) : null;
  }

  /** Takes a request on a network thread. */
  void request(Exchange exchange, Request request) {
    FairExecutor<NodeId> pool = request.hasAttach() || request.hasMend() ? waiters : workers;
    if (!pool.tryExecute(exchange.peer(), () -> handle(exchange, request))) {
      exchange.fail(Failure.Code.BUSY, "too many requests");
    }
  }

  private void handle(Exchange exchange, Request request) {
    if (exchange.isOver()) {
      return;
    }
    try {
      switch (request.getAskCase()) {
        case ZONE -> call(exchange, request.getZone());
        case ATTACH -> attach(exchange, request.getAttach());
        case PULL -> pull(exchange, request.getPull());
        case FETCH -> fetch(exchange, request.getFetch());
        case DIGESTS -> digests(exchange, request.getDigests());
        case MEND -> mend(exchange, request.getMend());
        case ASK_NOT_SET -> exchange.fail(Failure.Code.UNSUPPORTED, "an unknown request");
      }
    } catch (IOException e) {
      LOG.warn("a request of {} failed", exchange.peer().shortForm(), e);
      exchange.fail(Failure.Code.UNKNOWN, "the disk failed");
    } catch (ReplicaException e) {
      boolean later = e.reason() == ReplicaException.Reason.BUSY;
      exchange.fail(
          later ? Failure.Code.BUSY : Failure.Code.UNKNOWN, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      exchange.fail(Failure.Code.UNSUPPORTED, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("a request of {} failed", exchange.peer().shortForm(), e);
      exchange.fail(Failure.Code.UNKNOWN, "an internal error");
    }
  }

  private @Nullable HostedZone allowed(
      Exchange exchange, com.google.protobuf.ByteString id, boolean membersOnly) {
    HostedZone zone = zone(id);
    NodeId peer = exchange.peer();
    if (zone == null) {
      exchange.fail(Failure.Code.REFUSED, "the zone is not here");
    } else if (membersOnly ? !zone.isMember(peer) : !zone.mayServe(peer)) {
      exchange.fail(Failure.Code.REFUSED, "this node may not have the zone");
      return null;
    }
    return zone;
  }

  private @Nullable ServedSession session(HostedZone zone, NodeId peer, long id) {
    ServedSession session = zone.sessions().get(id);
    return session != null && session.owner().equals(peer) ? session : null;
  }

  private void call(Exchange exchange, ZoneCall call) {
    HostedZone zone = allowed(exchange, call.getZone(), false);
    if (zone == null) {
      return;
    }
    ServedSession session = session(zone, exchange.peer(), call.getSession());
    if (session == null) {
      exchange.fail(Failure.Code.BEHIND, "attach first");
      return;
    }
    if (call.hasOpen()) {
      Answer.Builder answer =
          attempt(() -> {
            session.open(zone.files(), call.getOpen());
            return ZoneReply.getDefaultInstance();
          });
      exchange.answer(withKnown(answer, zone, call));
      return;
    }
    Caller caller = ZoneWire.caller(call.getCaller());
    if (call.getOperation() == 0) {
      Answer.Builder answer = attempt(() -> ZoneCalls.run(zone.files(), call, caller));
      exchange.answer(withKnown(answer, zone, call));
      if (call.hasWrite()) {
        zone.changed(call.getSession(), ZoneWire.id(call.getWrite().getFile()));
      }
      return;
    }
    Outcome outcome = session.outcome(call.getOperation());
    if (outcome.mine()) {
      Answer.Builder answer;
      try {
        answer = attempt(() -> ZoneCalls.run(zone.files(), call, caller));
      } catch (RuntimeException e) {
        answer = failed(Failure.Code.UNSUPPORTED, String.valueOf(e.getMessage()));
      }
      outcome.answer().complete(answer.build());
      FileId touched = touched(call);
      if (touched != null) {
        zone.changed(call.getSession(), touched);
      }
    }
    var _ =
        outcome
            .answer()
            .thenAccept(answer -> exchange.answer(withKnown(answer.toBuilder(), zone, call)));
  }

  /**
   * Adds what the session may have seen through this answer: also what is not on disk yet, since it
   * binds the session only, which asks the same of the next member.
   */
  private static Answer.Builder withKnown(Answer.Builder answer, HostedZone zone, ZoneCall call) {
    Knowledge now = zone.replica().status().knowledge();
    return now.digest() == call.getSeen()
        ? answer
        : answer.addAllKnown(ZoneWire.known(now, Knowledge.NONE));
  }

  private static @Nullable FileId touched(ZoneCall call) {
    return switch (call.getCallCase()) {
      case SETATTR -> ZoneWire.id(call.getSetattr().getFile());
      case CREATE -> ZoneWire.id(call.getCreate().getDirectory());
      case MKDIR -> ZoneWire.id(call.getMkdir().getDirectory());
      case SYMLINK -> ZoneWire.id(call.getSymlink().getDirectory());
      case MKNOD -> ZoneWire.id(call.getMknod().getDirectory());
      case LINK -> ZoneWire.id(call.getLink().getDirectory());
      case RENAME -> ZoneWire.id(call.getRename().getTo());
      case REMOVE -> ZoneWire.id(call.getRemove().getDirectory());
      default -> null;
    };
  }

  private interface Work {
    ZoneReply run() throws ZoneException;
  }

  private static Answer.Builder attempt(Work work) {
    try {
      return Answer.newBuilder().setZone(work.run());
    } catch (ZoneException e) {
      Failure.Builder failure =
          Failure.newBuilder()
              .setCode(Failure.Code.ZONE)
              .setZoneError(e.error().name())
              .setMessage(String.valueOf(e.getMessage()));
      return Answer.newBuilder().setFailure(failure);
    }
  }

  private static Answer.Builder failed(Failure.Code code, String message) {
    return Answer.newBuilder().setFailure(Failure.newBuilder().setCode(code).setMessage(message));
  }

  private void attach(Exchange exchange, Attach attach) throws IOException {
    HostedZone zone = allowed(exchange, attach.getZone(), false);
    if (zone == null) {
      return;
    }
    Knowledge seen = ZoneWire.known(attach.getSeenList());
    Knowledge known = zone.replica().knowledge();
    Duration wait = Duration.ofMillis(Math.clamp(attach.getWaitMillis(), 0, MAX_WAIT_MILLIS));
    if (!known.includes(seen)) {
      known = zone.catchUp(seen, wait);
    }
    if (!known.includes(seen) || !(seen.isEmpty() || shows(zone, seen, wait))) {
      exchange.fail(Failure.Code.BEHIND, "this member does not have all that was seen");
      return;
    }
    long id = attach.getSession();
    if (zone.sessions().size() >= MAX_SESSIONS && !zone.sessions().containsKey(id)) {
      exchange.fail(Failure.Code.BUSY, "too many sessions");
      return;
    }
    ServedSession session =
        zone.sessions().computeIfAbsent(id, key -> new ServedSession(exchange.peer()));
    if (!session.owner().equals(exchange.peer())) {
      exchange.fail(Failure.Code.REFUSED, "a session of another node");
      return;
    }
    session.attach();
    session.opens(zone.files(), attach.getOpensList());
    EventFeed feed = new EventFeed(exchange, id);
    AutoCloseable listening = zone.files().listen(feed);
    zone.feeds().add(feed);
    feed.start(known);
    exchange.onEnd(() -> {
      zone.feeds().remove(feed);
      session.detach(nanoTime.getAsLong());
      closeQuietly(listening);
    });
  }

  /**
   * Whether all that a session has seen can be seen here, at the latest after a wait for what is
   * fetched already. With more contents to fetch than are looked at, it is taken for no.
   */
  private static boolean shows(HostedZone zone, Knowledge seen, Duration wait) {
    try {
      if (!zone.replica().settle(wait)) {
        return false;
      }
      List<PendingContent> pending = zone.replica().pending(PENDING_LOOKED_AT);
      return pending.size() < PENDING_LOOKED_AT
          && pending.stream().noneMatch(content -> seen.covers(content.wanted().dot()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      LOG.warn("closing failed", e);
    }
  }

  /** Ends sessions that nobody came back to. */
  void sweep() {
    long old = nanoTime.getAsLong() - GRACE_NANOS;
    for (HostedZone zone : zones.values()) {
      zone.sessions()
          .forEach((id, session) -> {
            if (session.idleSince(old) && zone.sessions().remove(id, session)) {
              workers.tryExecute(session.owner(), () -> session.release(zone.files()));
            }
          });
    }
  }

  private void pull(Exchange exchange, Pull pull) throws IOException {
    HostedZone zone = allowed(exchange, pull.getZone(), true);
    if (zone == null) {
      return;
    }
    Knowledge theirs = ZoneWire.known(pull.getKnownList());
    NodeId peer = exchange.peer();
    PullStream stream = PullStream.open(zone.replica(), theirs, pull.getFull());
    zone.asked(peer, theirs, stream.knowledge());
    StreamPump.start(exchange, stream, task -> workers.tryExecute(peer, task));
    // Not before: the answer would wait for this row to come to disk.
    zone.replica().memberKnows(peer.toString(), theirs);
  }

  private void fetch(Exchange exchange, Fetch fetch) {
    HostedZone zone = allowed(exchange, fetch.getZone(), true);
    if (zone == null) {
      return;
    }
    NodeId peer = exchange.peer();
    StreamPump.start(
        exchange,
        new FetchStream(zone.replica(), fetch.getStretchesList()),
        task -> workers.tryExecute(peer, task));
  }

  private void digests(Exchange exchange, Digests digests) {
    HostedZone zone = allowed(exchange, digests.getZone(), true);
    if (zone == null) {
      return;
    }
    NodeId peer = exchange.peer();
    StreamPump.start(
        exchange,
        new DigestStream(zone.replica().heldContents(), digests.getOfList()),
        task -> workers.tryExecute(peer, task));
  }

  private void mend(Exchange exchange, Mend mend) throws IOException {
    HostedZone zone = allowed(exchange, mend.getZone(), true);
    if (zone == null) {
      return;
    }
    if (mend.getOfCount() > DigestStream.MOST) {
      exchange.fail(Failure.Code.UNSUPPORTED, "too many files at once");
      return;
    }
    try {
      Set<Integer> good =
          zone.verifier().mend(mend.getOfList().stream().map(DigestStream.Asked::of).toList());
      exchange.answer(Answer.newBuilder().setMended(Mended.newBuilder().addAllIndex(good)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.fail(Failure.Code.BUSY, "this node stops");
    }
  }
}
