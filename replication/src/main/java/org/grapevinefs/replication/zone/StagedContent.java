// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * A content in the workshop: what is held already copied (or shared), the rest a list of stretches
 * to come. It stays, with what came, when a transfer breaks off.
 */
final class StagedContent implements ContentSink {

  /** After so many bytes the kernel is asked to begin writing them to disk. */
  private static final long WRITTEN_AT_ONCE = 8L << 20;

  private final Transfers transfers;
  private final Staging.Key key;
  private final EntryName name;
  private final PendingContent content;
  private final OpenFile file;
  private final List<ZoneReplica.Stretch> all;
  private final Set<ZoneReplica.Stretch> came = new HashSet<>();

  /** Shared by those who put bytes, so that whoever takes the file over can wait for them. */
  private final ReentrantReadWriteLock putting = new ReentrantReadWriteLock();

  private final AtomicLong unwritten = new AtomicLong();
  private volatile boolean over;

  StagedContent(
      Transfers transfers, Staging.Key key, EntryName name, PendingContent content, OpenFile file) {
    this.transfers = transfers;
    this.key = key;
    this.name = name;
    this.content = content;
    this.file = file;
    this.all = stretches(content);
  }

  PendingContent content() {
    return content;
  }

  Staging.Key key() {
    return key;
  }

  /** Its file in the workshop. */
  EntryName name() {
    return name;
  }

  OpenFile file() {
    return file;
  }

  /**
   * The missing stretches, cut where another change's bytes begin and at the most that goes at
   * once.
   */
  static List<ZoneReplica.Stretch> stretches(PendingContent content) {
    List<ZoneReplica.Stretch> result = new ArrayList<>();
    List<RangeMap.Range> map = content.wanted().ranges().ranges();
    int next = 0;
    for (ByteRange missing : content.missing()) {
      long at = missing.offset();
      while (at < missing.end()) {
        while (map.get(next).end() <= at) {
          next++;
        }
        RangeMap.Range range = map.get(next);
        long end = Math.min(missing.end(), range.end());
        Dot dot = range.dot();
        if (dot != null) {
          cut(result, at, end, dot);
        }
        at = end;
      }
    }
    return result;
  }

  private static void cut(List<ZoneReplica.Stretch> result, long start, long end, Dot dot) {
    for (long at = start; at < end; at += ZoneReplica.MAX_STRETCH) {
      long stop = Math.min(end, at + ZoneReplica.MAX_STRETCH);
      result.add(new ZoneReplica.Stretch(ByteRange.between(at, stop), dot));
    }
  }

  @Override
  public synchronized List<ZoneReplica.Stretch> missing() {
    return all.stream().filter(stretch -> !came.contains(stretch)).toList();
  }

  @Override
  public void put(ZoneReplica.Stretch stretch, ByteBuffer data) throws IOException {
    long length = data.remaining();
    if (length != stretch.range().length()) {
      throw new IOException("a stretch of another length than asked for");
    }
    putting.readLock().lock();
    try {
      if (over || !file.retain()) {
        throw new IOException("this content is finished");
      }
      try (file) {
        file.write(data, stretch.range().offset());
        if (unwritten.addAndGet(length) >= WRITTEN_AT_ONCE) {
          unwritten.set(0);
          file.startWriting();
        }
      } catch (IOException e) {
        transfers.noteFull(e);
        throw e;
      }
      synchronized (this) {
        came.add(stretch);
      }
    } finally {
      putting.readLock().unlock();
    }
  }

  /**
   * Ends this in favour of a newer content of the same file, with all that came: the common case of
   * a file that grows while it is fetched. Null if the bytes here are not a part of the newer one.
   */
  @Nullable StagedContent handOver(Staging.Key newerKey, PendingContent newer) throws IOException {
    putting.writeLock().lock();
    try {
      synchronized (this) {
        StagedContent next = over ? null : grown(newerKey, newer, file);
        over |= next != null;
        return next;
      }
    } finally {
      putting.writeLock().unlock();
    }
  }

  /** The same of what is finished, and whose file was opened again. */
  synchronized @Nullable StagedContent handOver(
      Staging.Key newerKey, PendingContent newer, OpenFile reopened) throws IOException {
    return grown(newerKey, newer, reopened);
  }

  private @Nullable StagedContent grown(Staging.Key newerKey, PendingContent newer, OpenFile into)
      throws IOException {
    boolean grown =
        Objects.equals(newer.base(), content.base())
            && Objects.equals(newer.held(), content.held())
            && newer.wanted().size() >= content.wanted().size();
    if (!grown) {
      return null;
    }
    StagedContent next = new StagedContent(transfers, newerKey, name, newer, into);
    Set<ZoneReplica.Stretch> wanted = new HashSet<>(next.all);
    for (ZoneReplica.Stretch one : came) {
      if (wanted.contains(one)) {
        next.came.add(one);
      } else if (!next.isToCome(one.range())) {
        return null;
      }
    }
    into.truncate(newer.wanted().size());
    for (RangeMap.Range range : newer.wanted().ranges().ranges()) {
      if (range.dot() == null) {
        into.punch(range.offset(), range.length());
      }
    }
    return next;
  }

  /** Whether all of a range is still to come, so that it does not matter what is there. */
  private boolean isToCome(ByteRange range) {
    return content.missing().stream()
        .anyMatch(one -> one.offset() <= range.offset() && range.end() <= one.end());
  }

  /** Whether the bytes are those that the hash tells. */
  boolean isRight() throws IOException {
    Content.Regular wanted = content.wanted();
    if (wanted.hash() == null || wanted.size() > Content.HASHED_SIZE) {
      return true;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) wanted.size());
    file.read(bytes, 0);
    Bytes hash = Versions.hash(bytes.array());
    return hash.equals(wanted.hash());
  }

  @Override
  public synchronized Outcome finish() throws IOException {
    if (over) {
      return Outcome.OUTDATED;
    }
    if (!missing().isEmpty()) {
      return Outcome.INCOMPLETE;
    }
    over = true;
    return transfers.finish(this);
  }

  /** Ends it for good. */
  synchronized void end() throws IOException {
    over = true;
    file.close();
  }

  @Override
  public void close() {
    transfers.left(this);
  }
}
