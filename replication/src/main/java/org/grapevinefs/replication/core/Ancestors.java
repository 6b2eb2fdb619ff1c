// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.grapevinefs.replication.proto.AncestorRecord;
import org.jspecify.annotations.Nullable;

/**
 * Contents that were superseded here, kept for merging: as long as some member may have one and not
 * know what superseded it, he may still write something that was made from it.
 *
 * <p>Two rows each: what it is (A), and its bytes (B), so that looking through all is cheap.
 */
final class Ancestors {

  /** The most bytes of all that are kept; then the oldest go. */
  static final long MOST_BYTES = 128L << 20;

  /** After so many more they are looked through: a file may change many times between purges. */
  private static final long STEP_BYTES = MOST_BYTES / 4;

  /** So long each is kept in any case: what others told of their knowledge may be older. */
  private static final Duration YOUNG = Duration.ofMinutes(10);

  private static final char WHAT = 'A';
  private static final char BYTES = 'B';

  private final Context context;
  private long sinceTrimmed;

  Ancestors(Context context) {
    this.context = context;
  }

  /** One that is kept: which change wrote it, which one superseded it, when that was. */
  private record Kept(Dot dot, Dot next, long clock, long size) {}

  /**
   * Keeps a content.
   *
   * @param dot the change that wrote it
   * @param next the one that superseded it
   * @param clock of that one
   */
  static void keep(Transaction tx, Dot dot, Dot next, long clock, Bytes content) {
    AncestorRecord what =
        AncestorRecord.newBuilder()
            .setNext(Codec.dot(next))
            .setClock(clock)
            .setSize(content.length())
            .build();
    tx.put(Table.ANCESTOR, Keys.prefixed(WHAT, Keys.dot(dot)), Codec.stored(what));
    tx.put(Table.ANCESTOR, Keys.prefixed(BYTES, Keys.dot(dot)), content.toArray());
  }

  /** The bytes that a change wrote; null if they are not kept here. */
  @Nullable Bytes find(Dot dot) {
    byte[] bytes = context.store.reader().get(Table.ANCESTOR, Keys.prefixed(BYTES, Keys.dot(dot)));
    return bytes == null ? null : Bytes.of(bytes);
  }

  /** Lets the oldest go if these, which are about to be kept, could make it too many. */
  void makeRoom(@Nullable Bytes... contents) {
    for (Bytes content : contents) {
      sinceTrimmed += content == null ? 0 : content.length();
    }
    if (sinceTrimmed >= STEP_BYTES) {
      Batch batch = new Batch();
      trim(all(), batch);
      commit(batch);
    }
  }

  /** Lets go of what no member can build on any more, and of the oldest where they are too many. */
  void purge(
      Collection<String> members, Function<String, @Nullable Knowledge> known, long olderThan) {
    List<Knowledge> theirs = new ArrayList<>();
    for (String member : members) {
      Knowledge knowledge = known.apply(member);
      if (knowledge == null) {
        // Nobody knows what he has: all that is not old is kept.
        theirs = null;
        break;
      }
      theirs.add(knowledge);
    }
    Batch batch = new Batch();
    List<Kept> staying = new ArrayList<>();
    long young = HybridClock.of(context.time.instant().minus(YOUNG));
    for (Kept one : all()) {
      boolean needed = theirs == null || theirs.stream().anyMatch(its -> mayBuildOn(its, one));
      if (one.clock >= young || (needed && one.clock >= olderThan)) {
        staying.add(one);
      } else {
        drop(batch, one);
      }
    }
    trim(staying, batch);
    commit(batch);
  }

  /** Leaves room for one step more. */
  private void trim(List<Kept> kept, Batch batch) {
    kept.sort(Comparator.comparingLong(Kept::clock).reversed());
    long bytes = 0;
    for (Kept one : kept) {
      bytes += one.size;
      if (bytes > MOST_BYTES - STEP_BYTES) {
        drop(batch, one);
      }
    }
    sinceTrimmed = 0;
  }

  private void commit(Batch batch) {
    if (!batch.isEmpty()) {
      context.store.commit(batch, false);
    }
  }

  private static boolean mayBuildOn(Knowledge member, Kept one) {
    return member.covers(one.dot) && !member.covers(one.next);
  }

  private static void drop(Batch batch, Kept one) {
    batch.delete(Table.ANCESTOR, Keys.prefixed(WHAT, Keys.dot(one.dot)));
    batch.delete(Table.ANCESTOR, Keys.prefixed(BYTES, Keys.dot(one.dot)));
  }

  private List<Kept> all() {
    List<Kept> all = new ArrayList<>();
    byte[] prefix = {(byte) WHAT};
    try (ReplicaStore.Cursor cursor = context.store.reader().scan(Table.ANCESTOR, prefix)) {
      while (cursor.next()) {
        AncestorRecord what = Codec.parsed(AncestorRecord.parser(), cursor.value());
        Dot dot = new Dot(new Origin(Keys.number(cursor.key(), 1)), Keys.number(cursor.key(), 9));
        all.add(new Kept(dot, Codec.dot(what.getNext()), what.getClock(), what.getSize()));
      }
    }
    return all;
  }
}
