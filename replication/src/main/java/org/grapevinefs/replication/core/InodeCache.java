// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The inodes that were changed or looked at last, as they are in the store: each is asked for many
 * times over, and costs more to decode than to find. Written under the zone's lock only, read from
 * any thread. Holds what is small.
 */
final class InodeCache {

  private static final int MOST = 8_192;

  /** An inode with more pieces is decoded each time. */
  private static final int MOST_RANGES = 16;

  private final Map<FileId, Inode> inodes =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FileId, Inode> eldest) {
          return size() > MOST;
        }
      };

  /** An inode as it is in the store; null if it is not here. */
  synchronized @Nullable Inode get(FileId id) {
    return inodes.get(id);
  }

  /** Remembers an inode as it was just read; under the zone's lock. */
  synchronized void put(Inode inode) {
    if (isSmall(inode)) {
      inodes.put(inode.id(), inode);
    }
  }

  /** Follows a batch that was committed. */
  synchronized void follow(Map<FileId, Transaction.Touched> changes) {
    changes.forEach((id, change) -> {
      Inode now = change.now();
      if (now != null && isSmall(now)) {
        inodes.put(id, now);
      } else {
        inodes.remove(id);
      }
    });
  }

  private static boolean isSmall(Inode inode) {
    int pieces = inode.places().size() + inode.attrs().size() + inode.links().size();
    for (Attrs attrs : inode.attrs()) {
      pieces += attrs.xattrs().isEmpty() ? 0 : MOST_RANGES;
    }
    for (Content content : inode.contents()) {
      pieces += content instanceof Content.Regular regular ? regular.ranges().ranges().size() : 1;
    }
    return pieces <= MOST_RANGES;
  }
}
