// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a replica tells one that asked: a header and the records, all from one snapshot. Made under
 * the zone's lock, read without it, by one thread. Closed by its user.
 */
public final class Answer implements Iterator<Inode>, AutoCloseable {

  private final ReplicaStore.Snapshot snapshot;
  private final Reads reads;
  private final PullHeader header;
  private final @Nullable Iterator<FileId> some;
  private final ReplicaStore.@Nullable Cursor all;
  private long left;

  Answer(
      ReplicaStore.Snapshot snapshot, State state, Knowledge theirs, boolean full, long response) {
    this.snapshot = snapshot;
    this.reads = new Reads(snapshot, () -> true);
    if (full) {
      this.left = count();
      this.all = reads.all(Table.INODE);
      this.some = null;
    } else {
      Set<FileId> ids = news(state.knowledge, theirs);
      this.left = ids.size();
      this.some = ids.iterator();
      this.all = null;
    }
    this.header =
        new PullHeader(
            response,
            state.knowledge,
            state.names,
            state.horizon,
            full ? PullHeader.Mode.FULL : PullHeader.Mode.DELTA,
            left,
            state.digest);
  }

  private long count() {
    long count = 0;
    try (ReplicaStore.Cursor cursor = reads.all(Table.INODE)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private Set<FileId> news(Knowledge mine, Knowledge theirs) {
    Set<FileId> ids = new LinkedHashSet<>();
    for (Origin origin : mine.asMap().keySet()) {
      long known = theirs.get(origin);
      if (known >= mine.get(origin)) {
        continue;
      }
      byte[] prefix = Keys.number(origin.value());
      try (ReplicaStore.Cursor cursor =
          snapshot.scan(Table.LOG, prefix, Keys.log(origin, known + 1))) {
        while (cursor.next()) {
          ids.add(FileId.of(cursor.value()));
        }
      }
    }
    return ids;
  }

  /** What goes before the records. */
  public PullHeader header() {
    return header;
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  @Override
  public Inode next() {
    if (left == 0) {
      throw new NoSuchElementException();
    }
    left--;
    if (all != null) {
      if (!all.next()) {
        throw new NoSuchElementException();
      }
      return Reads.inode(all.value());
    }
    Inode inode = some == null ? null : reads.inode(some.next());
    if (inode == null) {
      throw Codec.malformed("a logged change without an inode");
    }
    return inode;
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
