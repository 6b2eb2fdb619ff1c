// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries news to the listeners on one thread, through a bounded queue whose oldest entries give
 * way.
 */
final class NewsDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NewsDesk.class);
  private static final int QUEUE = 8_192;

  private final List<GossipListener> listeners = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Optional<Effect>> queue = new ArrayBlockingQueue<>(QUEUE);
  private final AtomicLong lost = new AtomicLong();
  private volatile boolean closed;

  NewsDesk() {
    Thread.ofVirtual().name("gossip-news").start(this::run);
  }

  void listen(GossipListener listener) {
    listeners.add(listener);
  }

  void tell(Effect news) {
    put(Optional.of(news));
  }

  private void put(Optional<Effect> news) {
    while (!queue.offer(news)) {
      if (queue.poll() != null) {
        lost.incrementAndGet();
      }
    }
  }

  long lost() {
    return lost.get();
  }

  private void run() {
    try {
      while (!closed) {
        queue.take().ifPresent(news -> listeners.forEach(listener -> pass(news, listener)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pass(Effect news, GossipListener listener) {
    try {
      switch (news) {
        case Effect.ZoneHeard(NodeId peer, ZoneStatus status) -> listener.zoneHeard(peer, status);
        case Effect.PeerChanged(PeerView peer) -> listener.peerChanged(peer);
        case Effect.PeerGone(NodeId peer) -> listener.peerGone(peer);
        case Effect.MembershipDiffers(NodeId peer, long digest) ->
            listener.membershipDiffers(peer, digest);
        case Effect.Send send -> {}
        case Effect.Broadcast broadcast -> {}
        case Effect.UnknownVersion version -> {}
        case Effect.KeyInUseElsewhere twin -> {}
      }
    } catch (RuntimeException e) {
      // One listener's mistake must not cost the others their news.
      LOG.error("a listener of gossip failed", e);
    }
  }

  @Override
  public void close() {
    // No interrupt: it would close a file that a listener is just writing.
    closed = true;
    put(Optional.empty());
  }
}
