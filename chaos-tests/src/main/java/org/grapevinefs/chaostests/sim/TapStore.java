// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.LinkedHashSet;
import java.util.Set;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.MemoryStore;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;

/** A store in memory that tells which inodes its commits touched, and may only pretend to sync. */
final class TapStore implements ReplicaStore {

  private final MemoryStore store;
  private final boolean pretends;
  private final Runnable onSync;
  private final Set<FileId> touched = new LinkedHashSet<>();

  TapStore(MemoryStore store, boolean pretends, Runnable onSync) {
    this.store = store;
    this.pretends = pretends;
    this.onSync = onSync;
  }

  MemoryStore memory() {
    return store;
  }

  /** The inodes touched since the last call. */
  Set<FileId> takeTouched() {
    Set<FileId> taken = new LinkedHashSet<>(touched);
    touched.clear();
    return taken;
  }

  @Override
  public Reader reader() {
    return store.reader();
  }

  @Override
  public Snapshot snapshot() {
    return store.snapshot();
  }

  @Override
  public void commit(Batch batch, boolean sync) {
    for (Batch.Change change : batch.changes()) {
      if (change.table() == Table.INODE) {
        touched.add(FileId.of(change.key()));
      }
    }
    store.commit(batch, false);
    if (sync) {
      sync();
    }
  }

  @Override
  public void sync() {
    if (!pretends) {
      store.sync();
      onSync.run();
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
