// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The names under which versions made apart show: pure functions of the name given, the node and
 * the clock of the change, so the same on every node.
 */
final class ConflictNames {

  /** What every computed name contains. */
  static final String MARK = " (conflict from ";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH-mm-ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final long LAST_SECOND = 253_402_300_799L;

  private ConflictNames() {}

  /** The name for a version: {@code base (conflict from NODE DATE TIME).ext}. */
  static EntryName of(EntryName given, boolean directory, String node, Stamped version) {
    return build(given, directory, node, version, 0);
  }

  /**
   * The same, made different by the dot: for when {@link #of} is taken.
   *
   * @param attempt from 1 on; each gives another name
   */
  static EntryName unique(
      EntryName given, boolean directory, String node, Stamped version, int attempt) {
    return build(given, directory, node, version, attempt);
  }

  private static EntryName build(
      EntryName given, boolean directory, String node, Stamped version, int attempt) {
    String note = MARK + clean(node) + " " + time(version.clock()) + ")";
    long own = Hash64.mix(version.dot().hash64(), Hash64.of(given.toBytes()));
    String hash = HexFormat.of().toHexDigits(attempt < 2 ? own : Hash64.mix(own, attempt));
    String mark = attempt == 0 ? "" : " ~" + (attempt == 1 ? hash.substring(0, 4) : hash);
    int length = given.length() + (note + mark).getBytes(StandardCharsets.UTF_8).length;
    // A cut name could meet that of another file: more of the hash keeps them apart.
    boolean fits = length <= EntryName.MAX_BYTES;
    return given.withNote(fits ? note + mark : note + " ~" + hash, directory);
  }

  private static String clean(String node) {
    String safe = node.replace('/', '_').replace('\0', '_');
    return safe.length() > 63 ? safe.substring(0, 63) : safe;
  }

  private static String time(long clock) {
    long seconds = Math.clamp(HybridClock.timestamp(clock).seconds(), 0, LAST_SECOND);
    return TIME.format(Instant.ofEpochSecond(seconds));
  }

  /**
   * The id under which a content written apart shows: the same wherever the same files are known.
   * It is that of a file of its own if the content was made one before and has come to be written
   * apart again; then it is the next after that.
   *
   * @param isFile whether an id is that of a file, be it deleted
   */
  static FileId sibling(FileId inode, Dot dot, Predicate<FileId> isFile) {
    long high = Hash64.mix(inode.high(), dot.hash64(), inode.low());
    FileId first =
        new FileId(high, Hash64.mix(high, dot.seq(), dot.origin().value() ^ inode.low()));
    return isFile.test(first) ? siblingAfter(first, isFile) : first;
  }

  /** The id of a sibling that would have this one if it were not a file's. */
  static FileId siblingAfter(FileId taken, Predicate<FileId> isFile) {
    FileId next = taken;
    do {
      long high = Hash64.mix(next.high(), next.low());
      next = new FileId(high, Hash64.mix(high, next.low()));
    } while (isFile.test(next));
    return next;
  }
}
