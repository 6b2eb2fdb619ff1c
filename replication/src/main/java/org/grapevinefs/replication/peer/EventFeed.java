// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.LinkedHashSet;
import java.util.Set;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.fs.ChangeListener;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.Attached;

/**
 * Tells one session at a member what changed and what the member knows, through the stream of its
 * attach. While the asker is slow, changes gather in a set; when that is full, the word is that
 * anything may have changed.
 */
final class EventFeed implements ChangeListener {
  private static final int MAX_GATHERED = 4096;

  private final Exchange exchange;
  private final long session;
  private final Set<FileId> gathered = new LinkedHashSet<>();
  private boolean everything;
  private boolean started;
  private Knowledge known = Knowledge.NONE;
  private Knowledge told = Knowledge.NONE;

  EventFeed(Exchange exchange, long session) {
    this.exchange = exchange;
    this.session = session;
  }

  long session() {
    return session;
  }

  /** Sends the first word, with which the session is attached. */
  synchronized void start(Knowledge now) {
    started = true;
    known = known.join(now);
    exchange.onRoom(this::flush);
    exchange.push(answer());
  }

  @Override
  public synchronized void changed(FileId id) {
    if (everything) {
      return;
    }
    gathered.add(id);
    if (gathered.size() > MAX_GATHERED) {
      gathered.clear();
      everything = true;
    }
    flush();
  }

  synchronized void known(Knowledge now) {
    known = known.join(now);
    flush();
  }

  private synchronized void flush() {
    boolean news = everything || !gathered.isEmpty() || !known.equals(told);
    if (started && news && exchange.hasRoom()) {
      exchange.push(answer());
    }
  }

  private Answer.Builder answer() {
    Attached.Builder attached =
        Attached.newBuilder().setEverything(everything).addAllKnown(ZoneWire.known(known, told));
    gathered.forEach(id -> attached.addChanged(ZoneWire.id(id)));
    gathered.clear();
    everything = false;
    told = known;
    return Answer.newBuilder().setAttached(attached);
  }
}
