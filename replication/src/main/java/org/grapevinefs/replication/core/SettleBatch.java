// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files settled one after the other and noted in one batch: what they share, their directories
 * first of all, is read and written once. Used under the zone's lock, held from the first plan to
 * {@link #commit}; nothing else may change the replica meanwhile.
 */
public final class SettleBatch {

  private final Context context;
  private final Settling settling;
  private final Transaction tx;
  private final View view;
  private boolean over;

  SettleBatch(Context context, Settling settling) {
    this.context = context;
    this.settling = settling;
    this.tx = context.begin();
    this.view = new View(context, tx);
  }

  /** What should be on disk for an inode, and what is, with all that was noted here. */
  public SettlePlan plan(FileId id) {
    return settling.plan(tx, id);
  }

  /** The content whose bytes are on disk under a shown id; null if none. */
  public Content.@Nullable Regular held(FileId shown) {
    return tx.reads.held(shown);
  }

  /** What a shown id looks like, with all that was noted here; null if nothing is known of it. */
  public @Nullable Shown shown(FileId shown) {
    return view.shown(shown);
  }

  /**
   * Notes disk operations under way, in the index when this returns; returns their numbers. To be
   * called before the first {@link #carriedOut}.
   */
  public List<Long> putIntents(Collection<byte[]> notes) {
    List<Long> numbers = new ArrayList<>();
    Transaction first = context.begin();
    for (byte[] note : notes) {
      long number = ++first.state.intents;
      first.put(Table.INTENT, Keys.number(number), note);
      numbers.add(number);
    }
    context.commit(first, false);
    tx.state.intents = first.state.intents;
    return numbers;
  }

  /**
   * Notes a {@linkplain SettlePlan#isFinal final} plan of this batch as carried out, and the disk
   * operation as done; 0 for none.
   */
  public void carriedOut(SettlePlan plan, long intent) {
    settling.carriedOut(tx, plan);
    if (intent != 0) {
      tx.delete(Table.INTENT, Keys.number(intent));
    }
  }

  /** Puts all that was noted into the index; returns the change attributes that it changed. */
  public Map<FileId, Change.Tick> commit() {
    if (over) {
      throw new IllegalStateException("a batch is committed once");
    }
    over = true;
    context.commit(tx, false);
    return tx.ticks();
  }
}
