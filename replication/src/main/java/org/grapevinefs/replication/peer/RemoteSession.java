// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.fs.ChangeListener;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.peer.PeerException.Kind;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Attach;
import org.grapevinefs.replication.peer.proto.Attached;
import org.grapevinefs.replication.peer.proto.Failure;
import org.grapevinefs.replication.peer.proto.Request;
import org.grapevinefs.replication.peer.proto.ZoneCall;
import org.grapevinefs.replication.peer.proto.ZoneReply;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One remote zone's standing with the zone's members: which one it uses, what it has seen, what it
 * holds open.
 *
 * <p>It is attached to one member at a time. When that one goes, the nearest one takes over that
 * knows all that this session has seen; until there is one, calls wait, and in the end say DELAY.
 * Whoever calls does the attaching, one thread at a time; no thread is kept.
 */
// What a network or timer future could tell arrives as a closed channel, or in the task itself.
@SuppressWarnings("FutureReturnValueIgnored")
final class RemoteSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteSession.class);
  private static final long PAUSE_MILLIS = 50;

  /** A member that this session is attached to. */
  private record Attachment(NodeId member, PeerConnection connection, StreamHandle stream) {}

  private final ZoneId zone;
  private final ByteString zoneBytes;
  private final long id;
  private final PeerTransport transport;
  private final MemberSelector selector;
  private final RemotePatience patience;
  private final Consumer<RemoteSession> onClose;
  private final RemoteOpens opens = new RemoteOpens();
  private final Set<ChangeListener> listeners = new CopyOnWriteArraySet<>();
  private final AtomicLong operations = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile @Nullable Attachment current;
  private volatile boolean closed;
  private boolean attaching;
  private Knowledge seen = Knowledge.NONE;
  private long behindSince;
  private boolean behind;
  private long lookedForNearer;

  RemoteSession(
      ZoneId zone,
      long id,
      PeerTransport transport,
      MemberSelector selector,
      RemotePatience patience,
      Consumer<RemoteSession> onClose) {
    this.zone = zone;
    this.zoneBytes = ByteString.copyFrom(zone.toBytes());
    this.id = id;
    this.transport = transport;
    this.selector = selector;
    this.patience = patience;
    this.onClose = onClose;
    this.lookedForNearer = transport.nanoTime();
  }

  RemoteOpens opens() {
    return opens;
  }

  Set<ChangeListener> listeners() {
    return listeners;
  }

  long nextOperation() {
    return operations.incrementAndGet();
  }

  /** The member in use. */
  @Nullable NodeId member() {
    Attachment now = current;
    return now == null ? null : now.member();
  }

  /** What this session has seen: no member that knows less will do. */
  synchronized Knowledge seen() {
    return seen;
  }

  /** A reply, and the member that gave it. */
  record Reply(ZoneReply reply, NodeId member) {}

  /** Makes one call, on whichever member can answer it, within the patience there is. */
  Reply call(ZoneCall.Builder call, Lane lane) throws ZoneException {
    long deadline = transport.nanoTime() + patience.call().toNanos();
    boolean changing = call.getOperation() != 0;
    call.setZone(zoneBytes).setSession(id);
    NodeId only = null;
    long onlyUntil = 0;
    while (true) {
      if (only != null && transport.nanoTime() - onlyUntil > 0) {
        only = null;
      }
      Attachment at = attachment(deadline, only);
      if (at == null) {
        if (only != null && transport.nanoTime() - deadline < 0) {
          continue;
        }
        throw new ZoneException(ZoneError.DELAY, "no member of the zone is in reach");
      }
      try {
        return new Reply(ask(at, call, lane, deadline), at.member());
      } catch (PeerException e) {
        if (e.kind() == Kind.REFUSED) {
          refused(at, e);
        } else {
          detach(at);
          if (changing && e.kind() == Kind.UNKNOWN) {
            only = at.member();
            onlyUntil = transport.nanoTime() + patience.sameMember().toNanos();
          }
        }
      }
      if (transport.nanoTime() - deadline > 0) {
        throw new ZoneException(ZoneError.DELAY, "no member answered in time");
      }
    }
  }

  /** Throws what the caller should see; otherwise the call may be tried again. */
  private void refused(Attachment at, PeerException e) throws ZoneException {
    Failure failure = e.failure();
    switch (failure.getCode()) {
      case ZONE -> {
        ZoneError error;
        try {
          error = ZoneError.valueOf(failure.getZoneError());
        } catch (IllegalArgumentException unknown) {
          error = ZoneError.IO;
        }
        throw new ZoneException(error, failure.getMessage());
      }
      case UNSUPPORTED -> throw new ZoneException(ZoneError.INVAL, failure.getMessage());
      case BUSY -> pause();
      case REFUSED, BEHIND -> {
        detach(at);
        pause();
      }
      case UNKNOWN, MOVED_ON, UNRECOGNIZED ->
          throw new ZoneException(ZoneError.IO, failure.getMessage());
    }
  }

  private ZoneReply ask(Attachment at, ZoneCall.Builder call, Lane lane, long deadline)
      throws PeerException {
    PeerConnection connection = transport.connection(at.member(), lane);
    if (connection == null) {
      connection = at.connection();
    }
    if (!connection.isOpen()) {
      throw new PeerException(Kind.NOT_SENT, "the connection is closed");
    }
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    call.setSeen(seen().digest());
    connection.call(Request.newBuilder().setZone(call), completing(answer));
    return await(answer, deadline + patience.call().toNanos()).getZone();
  }

  private synchronized void saw(Knowledge more) {
    seen = seen.join(more);
  }

  private AnswerSink completing(CompletableFuture<Answer> future) {
    return new AnswerSink() {
      @Override
      public void answer(Answer answer) {
        saw(ZoneWire.known(answer.getKnownList()));
        future.complete(answer);
      }

      @Override
      public void failed(PeerException reason) {
        saw(reason.known());
        future.completeExceptionally(reason);
      }
    };
  }

  private Answer await(CompletableFuture<Answer> answer, long deadline) throws PeerException {
    try {
      long left = Math.max(1, deadline - transport.nanoTime());
      return answer.get(left, TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PeerException failure) {
        throw failure;
      }
      throw new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw new PeerException(Kind.UNKNOWN, "no answer in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException(Kind.UNKNOWN, "interrupted");
    }
  }

  /** The member to use, attaching to one if need be; null if there is none within the time. */
  private @Nullable Attachment attachment(long deadline, @Nullable NodeId only) {
    Attachment now = current;
    if (usable(now, only) && !timeToLook()) {
      return now;
    }
    lock.lock();
    try {
      while (!closed) {
        now = current;
        if (usable(now, only) && (attaching || !timeToLook())) {
          return now;
        }
        if (!attaching) {
          attaching = true;
          lock.unlock();
          Attachment fresh = null;
          try {
            fresh = attachSomewhere(only, now != null && now.connection().isOpen() ? now : null);
          } finally {
            lock.lock();
            attaching = false;
            changed.signalAll();
          }
          if (fresh != null) {
            return fresh;
          }
        }
        if (transport.nanoTime() - deadline > 0) {
          return null;
        }
        if (!changed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS) && only != null) {
          return null;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    return null;
  }

  private static boolean usable(@Nullable Attachment at, @Nullable NodeId only) {
    return at != null && at.connection().isOpen() && (only == null || at.member().equals(only));
  }

  private boolean timeToLook() {
    return transport.nanoTime() - lookedForNearer > patience.nearer().toNanos();
  }

  /**
   * Tries the members in order; stops at the one in use, which is then the nearest that will do.
   */
  private @Nullable Attachment attachSomewhere(@Nullable NodeId only, @Nullable Attachment inUse) {
    lookedForNearer = transport.nanoTime();
    List<NodeId> members = new ArrayList<>(selector.membersByDistance(zone));
    if (only != null) {
      members.removeIf(member -> !member.equals(only));
    }
    boolean anyBehind = false;
    for (NodeId member : members) {
      if (inUse != null && inUse.member().equals(member)) {
        return inUse;
      }
      transport.want(member);
      PeerConnection connection = transport.connection(member, Lane.URGENT);
      if (connection == null) {
        continue;
      }
      try {
        Attachment fresh = attach(member, connection);
        Attachment before = current;
        current = fresh;
        behind = false;
        if (before != null) {
          before.stream().cancel();
          changedEverywhere();
        }
        return fresh;
      } catch (PeerException e) {
        LOG.debug("zone {} at {}: {}", zone, member.shortForm(), e.getMessage());
        anyBehind |= e.failure().getCode() == Failure.Code.BEHIND;
      }
    }
    if (inUse != null) {
      behind = false;
    } else if (anyBehind) {
      allBehind();
    }
    return inUse;
  }

  /** After some time, better an older state, said aloud, than none. */
  private void allBehind() {
    long now = transport.nanoTime();
    if (!behind) {
      behind = true;
      behindSince = now;
    } else if (now - behindSince > patience.forget().toNanos()) {
      LOG.warn(
          "zone {}: no member knows all that was seen here; going on with what they know", zone);
      behind = false;
      synchronized (this) {
        seen = Knowledge.NONE;
      }
    }
  }

  private Attachment attach(NodeId member, PeerConnection connection) throws PeerException {
    Attach.Builder attach =
        Attach.newBuilder()
            .setZone(zoneBytes)
            .setSession(id)
            .addAllOpens(opens.all())
            .addAllSeen(ZoneWire.known(seen(), Knowledge.NONE))
            .setWaitMillis((int) patience.catchUp().toMillis());
    CompletableFuture<Answer> first = new CompletableFuture<>();
    EventSink sink = new EventSink(first, connection);
    StreamHandle stream = connection.stream(Request.newBuilder().setAttach(attach), true, sink);
    sink.stream = stream;
    long most = patience.catchUp().toNanos() + patience.sameMember().toNanos();
    try {
      await(first, transport.nanoTime() + most);
    } catch (PeerException e) {
      stream.cancel();
      throw e;
    }
    return new Attachment(member, connection, stream);
  }

  /** Takes in what the member tells of changes, on its connection's thread. */
  private final class EventSink implements AnswerSink {
    private final CompletableFuture<Answer> first;
    private final PeerConnection connection;
    private volatile @Nullable StreamHandle stream;

    EventSink(CompletableFuture<Answer> first, PeerConnection connection) {
      this.first = first;
      this.connection = connection;
    }

    @Override
    public void answer(Answer answer) {
      Attached attached = answer.getAttached();
      saw(ZoneWire.known(attached.getKnownList()));
      first.complete(answer);
      attached.getChangedList().forEach(file -> notifyListeners(ZoneWire.id(file)));
      if (attached.getEverything()) {
        changedEverywhere();
      }
      StreamHandle handle = stream;
      if (handle != null) {
        handle.credit(answer.getSerializedSize());
      }
    }

    @Override
    public void failed(PeerException reason) {
      first.completeExceptionally(reason);
      Attachment at = current;
      if (at != null && at.connection().equals(connection)) {
        detach(at);
      }
    }
  }

  /** Every open file and the root may have changed: so much can be said without knowing more. */
  private void changedEverywhere() {
    notifyListeners(FileId.ROOT);
    opens.files().forEach(this::notifyListeners);
  }

  private void notifyListeners(FileId file) {
    listeners.forEach(listener -> listener.changed(file));
  }

  private void detach(Attachment at) {
    lock.lock();
    try {
      if (at.equals(current)) {
        current = null;
        at.stream().cancel();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A short wait, cut short by anything that happens. */
  @SuppressWarnings("WaitNotInLoop")
  private void pause() {
    lock.lock();
    try {
      if (changed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.trace("woken early");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes those who wait for a member. */
  void connectionsChanged() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    Attachment at = current;
    if (at != null) {
      detach(at);
    }
    connectionsChanged();
    onClose.accept(this);
  }
}
