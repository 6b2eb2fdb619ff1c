// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of one id; null for what is not known.
 *
 * @param placed its entries on disk
 * @param held the content whose bytes are on disk
 * @param local its change attribute and number of subdirectories
 */
record Rows(
    @Nullable List<Entry> placed,
    @Nullable Known<Content.Regular> held,
    @Nullable Known<Reads.Local> local) {

  /** An id with more names, or a content of more pieces, is decoded each time. */
  private static final int MOST_PIECES = 16;

  /** A row that was looked for; null if there is none. */
  record Known<T>(@Nullable T value) {

    static <T> Known<T> none() {
      return new Known<>(null);
    }
  }

  static final Rows UNKNOWN = new Rows(null, null, null);

  /** Of an id that was never used. */
  static final Rows FRESH = new Rows(List.of(), Known.none(), Known.none());

  static Rows placed(List<Entry> placed) {
    return new Rows(placed, null, null);
  }

  static Rows held(Content.@Nullable Regular held) {
    return new Rows(null, new Known<>(held), null);
  }

  static Rows local(Reads.@Nullable Local local) {
    return new Rows(null, null, new Known<>(local));
  }

  /** This, with what others know better. */
  Rows with(Rows newer) {
    return new Rows(
        newer.placed != null ? newer.placed : placed,
        newer.held != null ? newer.held : held,
        newer.local != null ? newer.local : local);
  }

  /** Whether nothing more can be known. */
  boolean isWhole() {
    return placed != null && held != null && local != null;
  }

  /** This without what is large. */
  Rows small() {
    boolean many = placed != null && placed.size() > MOST_PIECES;
    Content.Regular content = held == null ? null : held.value();
    boolean pieces = content != null && content.ranges().ranges().size() > MOST_PIECES;
    return many || pieces ? new Rows(many ? null : placed, pieces ? null : held, local) : this;
  }

  /** Where rows are known from. */
  interface Source {

    /** Nothing is known beforehand. */
    Source NONE =
        new Source() {
          @Override
          public Rows rows(FileId shown) {
            return Rows.UNKNOWN;
          }

          @Override
          public long stamp() {
            return 0;
          }

          @Override
          public void learn(FileId shown, Rows more, long stamp) {}
        };

    /** What is known of an id. */
    Rows rows(FileId shown);

    /** Another number after each change. */
    long stamp();

    /** Takes in what was read after the stamp was taken. */
    void learn(FileId shown, Rows more, long stamp);
  }
}
