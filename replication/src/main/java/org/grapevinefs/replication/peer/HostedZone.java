// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.zone.ZoneReplica;

/** A zone that is here, with what peers have to do with it. */
final class HostedZone {
  private final ZoneId id;
  private final ZoneReplica replica;
  private final ZoneFileSystem files;
  private final ZoneAccess access;
  private final ZoneVerifier verifier;
  private final Map<Long, ServedSession> sessions = new ConcurrentHashMap<>();
  private final Set<EventFeed> feeds = new CopyOnWriteArraySet<>();

  private final Set<Asked> asked = new CopyOnWriteArraySet<>();
  private final Set<AutoCloseable> closing = new CopyOnWriteArraySet<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** What peers may be told that this replica knows: it is on disk. */
  private volatile Knowledge published = Knowledge.NONE;

  HostedZone(
      ZoneId id,
      ZoneReplica replica,
      ZoneFileSystem files,
      ZoneAccess access,
      ZoneVerifier verifier) {
    this.id = id;
    this.replica = replica;
    this.files = files;
    this.access = access;
    this.verifier = verifier;
  }

  ZoneId id() {
    return id;
  }

  ZoneReplica replica() {
    return replica;
  }

  ZoneFileSystem files() {
    return files;
  }

  ZoneAccess access() {
    return access;
  }

  ZoneVerifier verifier() {
    return verifier;
  }

  boolean isMember(NodeId node) {
    return access.members().contains(node);
  }

  boolean mayServe(NodeId node) {
    return isMember(node) || access.mayServe(node);
  }

  Knowledge published() {
    return published;
  }

  void published(Knowledge knowledge) {
    lock.lock();
    try {
      published = knowledge;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    feeds.forEach(feed -> feed.known(knowledge));
  }

  Map<Long, ServedSession> sessions() {
    return sessions;
  }

  Set<EventFeed> feeds() {
    return feeds;
  }

  /**
   * Waits until this replica knows and shows what a session has seen, or the time is over; returns
   * what it knows.
   */
  Knowledge catchUp(Knowledge seen, Duration most) {
    long left = most.toNanos();
    lock.lock();
    try {
      while (!published.includes(seen) && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    return published;
  }

  /** Tells the other sessions of a change that one made. */
  void changed(long bySession, FileId file) {
    for (EventFeed feed : feeds) {
      if (feed.session() != bySession) {
        feed.changed(file);
      }
    }
  }

  /** Hears of members that ask for changes. */
  interface Asked {
    void asked(NodeId member, Knowledge knows, Knowledge answered);
  }

  void onAsked(Asked listener) {
    asked.add(listener);
  }

  /** A member that knows so much asked for the rest, and is told it. */
  void asked(NodeId member, Knowledge knows, Knowledge answered) {
    asked.forEach(listener -> listener.asked(member, knows, answered));
  }

  /** Has something closed with this zone. */
  void onClose(AutoCloseable listening) {
    closing.add(listening);
  }

  /** Lets go of all that sessions hold open, and tells no one of changes any more. */
  void close() {
    closing.forEach(ZoneServer::closeQuietly);
    sessions.values().forEach(session -> session.release(files));
    sessions.clear();
  }
}
