// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.peer.proto.Announce;
import org.grapevinefs.replication.peer.proto.Frame;
import org.grapevinefs.replication.peer.proto.ZoneVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the members of a zone at once when its version here changes: the first change right away,
 * those within the next five milliseconds together. Nothing is told before it is on disk; so that a
 * zone without other members is not brought there for nobody, those of a second go together then.
 */
// What a network or timer future could tell arrives as a closed channel, or in the task itself.
@SuppressWarnings("FutureReturnValueIgnored")
final class ZonePublisher {
  private static final Logger LOG = LoggerFactory.getLogger(ZonePublisher.class);
  private static final long TOGETHER_NANOS = 5_000_000;
  private static final long ALONE_NANOS = 1_000_000_000;
  private static final long RETRY_NANOS = 1_000_000_000;

  private final HostedZone zone;
  private final PeerTransport transport;
  private final FairExecutor<ZoneId> workers;
  private final ScheduledExecutorService timer;
  private final ZoneSync sync;
  private boolean due;
  private boolean publishing;
  private long lastNanos;

  ZonePublisher(
      HostedZone zone,
      PeerTransport transport,
      FairExecutor<ZoneId> workers,
      ScheduledExecutorService timer,
      ZoneSync sync) {
    this.zone = zone;
    this.transport = transport;
    this.workers = workers;
    this.timer = timer;
    this.sync = sync;
    this.lastNanos = transport.nanoTime() - ALONE_NANOS;
  }

  /** The version here may have changed. */
  void changed() {
    synchronized (this) {
      if (due) {
        return;
      }
      due = true;
      if (publishing) {
        return;
      }
      publishing = true;
    }
    begin();
  }

  private void begin() {
    long wait;
    synchronized (this) {
      wait = lastNanos + together() - transport.nanoTime();
    }
    if (wait <= 0) {
      submit();
    } else if (!timer.isShutdown()) {
      timer.schedule(this::submit, wait, TimeUnit.NANOSECONDS);
    }
  }

  private long together() {
    return zone.access().members().size() > 1 ? TOGETHER_NANOS : ALONE_NANOS;
  }

  private void submit() {
    if (!workers.tryExecute(zone.id(), this::publish) && !timer.isShutdown()) {
      timer.schedule(this::submit, RETRY_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  private void publish() {
    synchronized (this) {
      due = false;
      lastNanos = transport.nanoTime();
    }
    try {
      Knowledge now = zone.replica().knowledge();
      if (!now.equals(zone.published())) {
        zone.published(now);
        sync.mine(now);
        announce();
      }
    } catch (IOException e) {
      LOG.warn("zone {}: its version cannot be told: {}", zone.id(), e.getMessage());
    } finally {
      boolean again;
      synchronized (this) {
        again = due;
        publishing = again;
      }
      if (again) {
        begin();
      }
    }
  }

  private void announce() {
    Frame frame = frame();
    for (NodeId member : zone.access().members()) {
      PeerConnection connection = transport.connection(member, Lane.URGENT);
      if (connection != null) {
        connection.write(frame);
      }
    }
  }

  /** Tells one member, who has just come. */
  void announceTo(NodeId member) {
    PeerConnection connection = transport.connection(member, Lane.URGENT);
    if (connection != null && zone.isMember(member)) {
      connection.write(frame());
    }
  }

  private Frame frame() {
    Knowledge known = zone.published();
    ZoneVersion version =
        ZoneVersion.newBuilder()
            .setZone(ByteString.copyFrom(zone.id().toBytes()))
            .setSum(known.sum())
            .setDigest(known.digest())
            .setPending(zone.replica().status().counts().pending())
            .build();
    return Frame.newBuilder().setAnnounce(Announce.newBuilder().addZones(version)).build();
  }
}
