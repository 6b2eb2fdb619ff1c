// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.peer.proto.Answer;
import org.grapevinefs.replication.peer.proto.OpenFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member remembers of one remote zone's session: the files it holds open, and the outcome of
 * its latest changing calls, so that a repeated one is answered and not done again.
 */
final class ServedSession {
  private static final Logger LOG = LoggerFactory.getLogger(ServedSession.class);
  private static final int MAX_OUTCOMES = 4096;
  private static final int MAX_OPENS = 65_536;

  private record OpenKey(FileId file, OpenMode mode) {}

  private static final class OpenState {
    int count;
    long version;
  }

  private final NodeId owner;
  private final Map<OpenKey, OpenState> opens = new HashMap<>();
  private final Map<Long, CompletableFuture<Answer>> outcomes =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, CompletableFuture<Answer>> eldest) {
          return size() > MAX_OUTCOMES;
        }
      };

  /** Attached streams; 0 for some time means that the session is over. */
  private int attached;

  private long detachedAt;

  ServedSession(NodeId owner) {
    this.owner = owner;
  }

  NodeId owner() {
    return owner;
  }

  synchronized void attach() {
    attached++;
  }

  synchronized void detach(long now) {
    attached--;
    detachedAt = now;
  }

  synchronized boolean idleSince(long moment) {
    return attached == 0 && detachedAt - moment < 0;
  }

  /** The outcome of an operation: an empty future is the caller's to do and complete. */
  Outcome outcome(long operation) {
    synchronized (outcomes) {
      CompletableFuture<Answer> known = outcomes.get(operation);
      if (known != null) {
        return new Outcome(known, false);
      }
      CompletableFuture<Answer> fresh = new CompletableFuture<>();
      outcomes.put(operation, fresh);
      return new Outcome(fresh, true);
    }
  }

  /** An operation's answer, here or to come, and whether the one who asked has to do it. */
  record Outcome(CompletableFuture<Answer> answer, boolean mine) {}

  /** Brings one file's opens to the state that the session says. */
  synchronized void open(ZoneFileSystem files, OpenFile wanted) throws ZoneException {
    OpenKey key =
        new OpenKey(
            ZoneWire.id(wanted.getFile()), ZoneWire.constant(OpenMode.class, wanted.getMode()));
    OpenState state = opens.get(key);
    if (state == null) {
      if (opens.size() >= MAX_OPENS) {
        throw new IllegalArgumentException("more than " + MAX_OPENS + " open files");
      }
      state = new OpenState();
      opens.put(key, state);
    }
    if (wanted.getVersion() < state.version) {
      return;
    }
    state.version = wanted.getVersion();
    bring(files, key, state, Math.clamp(wanted.getCount(), 0, MAX_OPENS));
  }

  private void bring(ZoneFileSystem files, OpenKey key, OpenState state, int count)
      throws ZoneException {
    try {
      while (state.count < count) {
        files.opened(key.file(), key.mode());
        state.count++;
      }
      while (state.count > count) {
        state.count--;
        files.closed(key.file(), key.mode());
      }
    } finally {
      if (state.count == 0) {
        opens.remove(key);
      }
    }
  }

  /**
   * Makes the list of opens what a session that attaches says it is; files that are gone stay
   * unopened.
   */
  synchronized void opens(ZoneFileSystem files, List<OpenFile> wanted) {
    Set<OpenKey> named = new HashSet<>();
    for (OpenFile file : wanted) {
      named.add(
          new OpenKey(
              ZoneWire.id(file.getFile()), ZoneWire.constant(OpenMode.class, file.getMode())));
      try {
        open(files, file);
      } catch (ZoneException e) {
        LOG.debug("a file held open elsewhere is not here: {}", e.getMessage());
      }
    }
    for (OpenKey key : Set.copyOf(opens.keySet())) {
      if (!named.contains(key)) {
        close(files, key);
      }
    }
  }

  /** Closes everything. */
  synchronized void release(ZoneFileSystem files) {
    Set.copyOf(opens.keySet()).forEach(key -> close(files, key));
  }

  private void close(ZoneFileSystem files, OpenKey key) {
    OpenState state = opens.remove(key);
    for (int i = state == null ? 0 : state.count; i > 0; i--) {
      files.closed(key.file(), key.mode());
    }
  }
}
