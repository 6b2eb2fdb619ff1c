// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the store has about the shown ids that were changed or looked at last, decoded: each is
 * asked for several times with every change. Written under the zone's lock, or by who can show that
 * nothing was written since; read from any thread. Holds what is small.
 */
final class RowCache implements Rows.Source {

  private static final int MOST = 8_192;

  /** The rows as a transaction leaves them: its own, before those of the store. */
  static final class Changes implements Rows.Source {

    private final RowCache below;
    private final Map<FileId, Rows> changed = new HashMap<>();

    Changes(RowCache below) {
      this.below = below;
    }

    void put(FileId shown, Rows rows) {
      changed.merge(shown, rows, Rows::with);
    }

    @Override
    public Rows rows(FileId shown) {
      Rows own = changed.get(shown);
      if (own == null) {
        return below.rows(shown);
      }
      return own.isWhole() ? own : below.rows(shown).with(own);
    }

    @Override
    public long stamp() {
      return below.stamp();
    }

    @Override
    public void learn(FileId shown, Rows more, long stamp) {
      // What this transaction changed is known already, so this was read from the store.
      below.learn(shown, more, stamp);
    }
  }

  private final Map<FileId, Rows> rows =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FileId, Rows> eldest) {
          return size() > MOST;
        }
      };

  private long stamp;

  @Override
  public synchronized Rows rows(FileId shown) {
    Rows known = rows.get(shown);
    return known == null ? Rows.UNKNOWN : known;
  }

  @Override
  public synchronized long stamp() {
    return stamp;
  }

  @Override
  public synchronized void learn(FileId shown, Rows more, long asOf) {
    if (asOf == stamp) {
      rows.put(shown, rows(shown).with(more.small()));
    }
  }

  /** Follows a batch that was committed. */
  synchronized void follow(Changes changes) {
    stamp++;
    changes.changed.forEach((id, now) -> rows.put(id, rows(id).with(now).small()));
  }
}
