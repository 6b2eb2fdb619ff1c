// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Change;
import org.grapevinefs.replication.core.ConflictCopy;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Lineage;
import org.grapevinefs.replication.core.MergedContent;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.merge.MergeRules;
import org.grapevinefs.replication.merge.ThreeWayMerge;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one content of two that were written apart, for files that the zone's rules name, once both
 * are here and show. What cannot be merged stays as it is, for people.
 *
 * <p>Whoever wrote the content that has the name merges at once, others only if that does not
 * happen: so that one member does it, usually. If two do, they write the same bytes.
 */
final class Merger {

  private static final Logger LOG = LoggerFactory.getLogger(Merger.class);
  private static final int MOST_CONFLICTS = 1_000;
  private static final int MOST_REMEMBERED = 10_000;
  private static final int MOST_NEWS = 1_000;
  private static final long BETWEEN_NANOS = Duration.ofMillis(100).toNanos();
  private static final long OTHERS_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long REST_NANOS = Duration.ofSeconds(10).toNanos();

  private final ZoneState zone;
  private final Staging staging;
  private final Queue<String> news = new ArrayBlockingQueue<>(MOST_NEWS);
  private final Cache<Pair, Boolean> hopeless = remembering();
  private final Cache<Pair, Long> seen = remembering();
  private long looked;
  private long stateLooked;
  private boolean waiting = true;

  Merger(ZoneState zone, Staging staging) {
    this.zone = zone;
    this.staging = staging;
    this.looked = zone.nanoTime.getAsLong() - BETWEEN_NANOS;
  }

  private static <V> Cache<Pair, V> remembering() {
    return Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).executor(Runnable::run).build();
  }

  /** Two contents, by the changes that wrote them. */
  private record Pair(Dot one, Dot other) {}

  /** A conflict that may be merged: the entry that has the name, and the other. */
  private record Candidate(Entry named, Entry other, Pair pair, ThreeWayMerge merge) {}

  /** Two contents with their bytes, and what both were made from. */
  private record Read(
      Content.Regular one, Bytes oneBytes, Content.Regular other, Bytes otherBytes, Bytes base) {}

  /** What was merged since the last call, for people. */
  List<String> takeNews() {
    List<String> taken = new java.util.ArrayList<>();
    for (String one = news.poll(); one != null; one = news.poll()) {
      taken.add(one);
    }
    return taken;
  }

  /** Merges what can be; on the zone's thread. */
  void pass() {
    long now = zone.nanoTime.getAsLong();
    MergeRules rules = zone.settings.merges();
    boolean due = now - looked >= BETWEEN_NANOS;
    if (rules.isEmpty() || !due || zone.replica.counts().conflicts() == 0 || !zone.isWritable()) {
      return;
    }
    looked = now;
    List<ConflictCopy> conflicts;
    zone.lock.lock();
    try {
      if (!waiting && zone.replica.stateDigest() == stateLooked) {
        return;
      }
      stateLooked = zone.replica.stateDigest();
      conflicts = zone.replica.conflicts(MOST_CONFLICTS);
    } finally {
      zone.lock.unlock();
    }
    waiting = false;
    for (ConflictCopy copy : conflicts) {
      Candidate candidate = candidate(copy, rules);
      if (candidate != null && hopeless.getIfPresent(candidate.pair) == null) {
        waiting |= !tried(candidate, copy, now);
      }
    }
  }

  private static @Nullable Candidate candidate(ConflictCopy copy, MergeRules rules) {
    Entry named = copy.original();
    Entry other = copy.entry();
    Dot one = named.content();
    Dot two = other.content();
    boolean files = named.type() == FileType.REGULAR && other.type() == FileType.REGULAR;
    boolean usual = !named.equals(other) && !named.isConflict() && !named.isSibling();
    // A file of its own with siblings is merged with these first.
    boolean pair = other.isSibling() ? other.source().equals(named.source()) : true;
    ThreeWayMerge merge = rules.of(named.link().name());
    if (!files || !usual || !pair || one == null || two == null || merge == null) {
      return null;
    }
    return new Candidate(named, other, new Pair(one, two), merge);
  }

  /** Whether nothing is to be waited for. */
  private boolean tried(Candidate candidate, ConflictCopy copy, long now) {
    Long since = seen.get(candidate.pair, pair -> now);
    if (now - since < patience(candidate)) {
      return false;
    }
    try {
      Read read = read(candidate);
      if (read == null) {
        return false;
      }
      byte[] merged = merged(candidate, read);
      if (merged == null) {
        hopeless.put(candidate.pair, true);
        return true;
      }
      return write(candidate, read, merged, copy);
    } catch (NoAncestor e) {
      LOG.info("zone {}: {} stays twice: {}", zone.name, copy.path(), e.getMessage());
      hopeless.put(candidate.pair, true);
      return true;
    } catch (IOException | ReplicaException e) {
      LOG.warn("zone {}: {} is not merged yet: {}", zone.name, copy.path(), e.toString());
      return false;
    }
  }

  /** That two contents have no common ancestor of which the bytes are here. */
  private static final class NoAncestor extends Exception {
    private static final long serialVersionUID = 1L;

    NoAncestor(String message) {
      super(message, null, false, false);
    }
  }

  private long patience(Candidate candidate) {
    if (isOurs(candidate.pair.one)) {
      return 0;
    }
    return isOurs(candidate.pair.other) ? OTHERS_NANOS : REST_NANOS;
  }

  private boolean isOurs(Dot dot) {
    zone.lock.lock();
    try {
      String self = zone.replica.originNames().get(zone.replica.origin());
      return self != null && self.equals(zone.replica.originNames().get(dot.origin()));
    } finally {
      zone.lock.unlock();
    }
  }

  private byte @Nullable [] merged(Candidate candidate, Read read) {
    boolean oneLast = read.one.isLaterThan(read.other);
    byte[] base = read.base.toArray();
    byte[] earlier = (oneLast ? read.otherBytes : read.oneBytes).toArray();
    byte[] later = (oneLast ? read.oneBytes : read.otherBytes).toArray();
    byte[] merged = candidate.merge.merge(base, earlier, later);
    return merged == null || merged.length > ThreeWayMerge.MOST_BYTES ? null : merged;
  }

  /** Reads both; null if they are being written to, or are no longer what shows. */
  private @Nullable Read read(Candidate candidate) throws IOException, NoAncestor {
    FileId first = candidate.named.shown();
    FileId second = candidate.other.shown();
    boolean inOrder = first.compareTo(second) < 0;
    try (OpenStates.Held a = zone.files.alone(inOrder ? first : second);
        OpenStates.Held b = zone.files.alone(inOrder ? second : first)) {
      OpenState one = inOrder ? a.state() : b.state();
      OpenState other = inOrder ? b.state() : a.state();
      Content.Regular oneHeld = held(one, candidate.named);
      Content.Regular otherHeld = held(other, candidate.other);
      if (oneHeld == null || otherHeld == null) {
        return null;
      }
      Bytes base = base(oneHeld, otherHeld);
      Bytes oneBytes = bytes(one, oneHeld);
      Bytes otherBytes = bytes(other, otherHeld);
      return oneBytes == null || otherBytes == null
          ? null
          : new Read(oneHeld, oneBytes, otherHeld, otherBytes, base);
    }
  }

  /** The content that an entry shows, if its bytes are here and nobody writes to it. */
  private Content.@Nullable Regular held(OpenState state, Entry entry) {
    zone.lock.lock();
    try {
      Inode inode = zone.replica.inode(entry.source());
      Dot dot = entry.content();
      Content content = inode == null || dot == null ? null : inode.content(dot);
      Content.Regular held = zone.replica.held(entry.shown());
      boolean quiet = state.dirty == null && state.gone == null;
      return content instanceof Content.Regular now
              && quiet
              && held != null
              && now.sameBytes(held)
              && zone.replica.placed(entry.shown()).contains(entry)
          ? now
          : null;
    } finally {
      zone.lock.unlock();
    }
  }

  private Bytes base(Content.Regular one, Content.Regular other) throws NoAncestor {
    if (Math.max(one.size(), other.size()) > ThreeWayMerge.MOST_BYTES) {
      throw new NoAncestor("too large to be merged");
    }
    Dot common = Lineage.nearestCommon(one, other);
    if (common == null) {
      throw new NoAncestor("no content is known that both were made from");
    }
    zone.lock.lock();
    try {
      Bytes base = zone.replica.ancestor(common);
      if (base == null) {
        throw new NoAncestor("what both were made from is not kept here");
      }
      return base;
    } finally {
      zone.lock.unlock();
    }
  }

  private @Nullable Bytes bytes(OpenState state, Content.Regular held) throws IOException {
    try (OpenFile open = zone.open(state)) {
      return Tracer.read(open, held);
    }
  }

  /** Puts the merged content on the shelf, on disk, and then says that it is; false if too late. */
  private boolean write(Candidate candidate, Read read, byte[] merged, ConflictCopy copy)
      throws IOException {
    FileId into = candidate.named.source();
    EntryName name = staging.merged(into);
    boolean shelved = false;
    try {
      try (OpenFile file = zone.tree.createInWorkshop(name)) {
        file.write(ByteBuffer.wrap(merged), 0);
        file.sync();
      }
      shelved = noted(candidate, read, merged, name);
    } finally {
      if (!shelved) {
        staging.remove(name);
      }
    }
    if (shelved) {
      zone.contentReady(List.of(into));
      zone.wakeSettler();
      String told = told(candidate, copy);
      if (!news.offer(told)) {
        LOG.info("zone {}: {}", zone.name, told);
      }
    }
    return shelved;
  }

  private String told(Candidate candidate, ConflictCopy copy) {
    StringBuilder path = new StringBuilder();
    List<EntryName> names = copy.path();
    names.subList(0, names.size() - 1).forEach(name -> path.append(name).append('/'));
    String one = author(candidate.pair.one);
    String other = author(candidate.pair.other);
    return path
        + candidate.named.name().toString()
        + ": the changes of "
        + one
        + " and "
        + other
        + " were merged";
  }

  private String author(Dot dot) {
    zone.lock.lock();
    try {
      return zone.replica.originNames().getOrDefault(dot.origin(), dot.origin().toString());
    } finally {
      zone.lock.unlock();
    }
  }

  private boolean noted(Candidate candidate, Read read, byte[] merged, EntryName file)
      throws IOException {
    Bytes hash = merged.length == 0 ? null : Versions.hash(merged);
    MergedContent content =
        new MergedContent(
            candidate.named.source(),
            read.one.dot(),
            candidate.other.source(),
            read.other.dot(),
            merged.length,
            later(read.one.modified(), read.other.modified()),
            hash,
            read.oneBytes,
            read.otherBytes);
    Change change;
    zone.lock.lock();
    try {
      change = zone.replica.merge(content);
      staging.put(new Staging.Key(content.into(), change.dots().getFirst()), file);
    } catch (ReplicaException e) {
      if (e.reason() == ReplicaException.Reason.NO_FILE) {
        return false;
      }
      throw e;
    } finally {
      zone.lock.unlock();
    }
    zone.done(change);
    return true;
  }

  private static Timestamp later(Timestamp a, Timestamp b) {
    return a.compareTo(b) < 0 ? b : a;
  }
}
