// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a replica tells one that asked: a header and the records, all from one snapshot, and those
 * of a full answer in the order of their ids. Made under the zone's lock, read without it, by one
 * thread. Closed by its user.
 *
 * <p>Of few changes it knows which inodes they are of. Of many it walks over all inodes, so that it
 * need not remember them.
 */
public final class Answer implements Iterator<Inode>, AutoCloseable {

  private final ReplicaStore.Snapshot snapshot;
  private final Reads reads;
  private final State state;
  private final Knowledge theirs;
  private final boolean full;
  private final long response;
  private final int inMemory;
  private @Nullable PullHeader header;
  private @Nullable Iterator<FileId> some;
  private ReplicaStore.@Nullable Cursor all;
  private long left;

  Answer(
      ReplicaStore.Snapshot snapshot,
      State state,
      Knowledge theirs,
      boolean full,
      long response,
      int inMemory) {
    this.snapshot = snapshot;
    this.reads = new Reads(snapshot, () -> true);
    this.state = state;
    this.theirs = theirs;
    this.full = full;
    this.response = response;
    this.inMemory = inMemory;
  }

  private PullHeader begin() {
    Set<FileId> few = full ? null : few();
    if (few != null) {
      left = few.size();
      some = few.iterator();
    } else {
      left = count();
      all = reads.all(Table.INODE);
    }
    return new PullHeader(
        response,
        state.knowledge,
        state.names,
        state.horizon,
        full ? PullHeader.Mode.FULL : PullHeader.Mode.DELTA,
        left,
        state.digest);
  }

  private long count() {
    boolean every = full || theirs.isEmpty();
    long count = 0;
    try (ReplicaStore.Cursor cursor = reads.all(Table.INODE)) {
      while (cursor.next()) {
        count += every || isNews(Reads.inode(cursor.value())) ? 1 : 0;
      }
    }
    return count;
  }

  private boolean isNews(Inode inode) {
    return full || inode.dots().stream().anyMatch(dot -> !theirs.covers(dot));
  }

  /** The inodes with news, of which there are few; null if there are many. */
  private @Nullable Set<FileId> few() {
    Set<FileId> ids = new LinkedHashSet<>();
    for (Origin origin : state.knowledge.asMap().keySet()) {
      long known = theirs.get(origin);
      if (known >= state.knowledge.get(origin)) {
        continue;
      }
      byte[] prefix = Keys.number(origin.value());
      try (ReplicaStore.Cursor cursor =
          snapshot.scan(Table.LOG, prefix, Keys.log(origin, known + 1))) {
        while (cursor.next()) {
          ids.add(FileId.of(cursor.value()));
          if (ids.size() > inMemory) {
            return null;
          }
        }
      }
    }
    return ids;
  }

  /** What goes before the records. Of many it takes a while to count them. */
  public PullHeader header() {
    PullHeader known = header;
    if (known == null) {
      known = begin();
      header = known;
    }
    return known;
  }

  @Override
  public boolean hasNext() {
    return header().count() > 0 && left > 0;
  }

  @Override
  public Inode next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    left--;
    ReplicaStore.Cursor every = all;
    if (every != null) {
      return nextOf(every);
    }
    Inode inode = some == null ? null : reads.inode(some.next());
    if (inode == null) {
      throw Codec.malformed("a logged change without an inode");
    }
    return inode;
  }

  private Inode nextOf(ReplicaStore.Cursor cursor) {
    while (cursor.next()) {
      Inode inode = Reads.inode(cursor.value());
      if (isNews(inode)) {
        return inode;
      }
    }
    throw Codec.malformed("fewer inodes than were counted");
  }

  /** The bytes that are held under an id at the snapshot, for what rides along; null if none. */
  public Content.@Nullable Regular held(FileId shown) {
    return reads.held(shown);
  }

  @Override
  public void close() {
    if (all != null) {
      all.close();
    }
    snapshot.close();
  }
}
