// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.ConflictCopy;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Counts;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.PullHeader;
import org.grapevinefs.replication.core.PullResult;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.zone.ContentSink;
import org.grapevinefs.replication.zone.HeldContents;
import org.grapevinefs.replication.zone.ZoneRecord;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.grapevinefs.replication.zone.ZoneStatus;
import org.jspecify.annotations.Nullable;

/**
 * A replica in memory: whole contents of nameless files, the last writer wins. Enough for the
 * protocol.
 */
final class FakeReplica implements ZoneReplica {
  private final Origin origin;
  private final boolean inlines;
  private final Map<FileId, Inode> inodes = new TreeMap<>();
  private final Map<Dot, byte[]> held = new HashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private Knowledge known = Knowledge.NONE;
  private long clock;

  final AtomicInteger answers = new AtomicInteger();
  final AtomicInteger wholes = new AtomicInteger();
  final AtomicInteger commits = new AtomicInteger();
  final AtomicInteger bytesServed = new AtomicInteger();

  FakeReplica(long origin, boolean inlines) {
    this.origin = new Origin(origin);
    this.inlines = inlines;
  }

  void write(FileId file, byte[] data) {
    synchronized (this) {
      Dot dot = new Dot(origin, known.get(origin) + 1);
      RangeMap ranges = RangeMap.written(data.length, dot);
      Timestamp now = new Timestamp(++clock, 0);
      Content content = new Content.Regular(dot, clock, now, data.length, ranges, null);
      inodes.put(
          file, new Inode(file, FileType.REGULAR, now, List.of(), List.of(), List.of(content)));
      held.put(dot, data);
      known = known.with(dot);
    }
    changed();
  }

  synchronized byte @Nullable [] content(FileId file) {
    Inode inode = inodes.get(file);
    return inode == null ? null : held.get(content(inode).dot());
  }

  private static Content.Regular content(Inode inode) {
    return (Content.Regular) inode.contents().getFirst();
  }

  private void changed() {
    listeners.forEach(Runnable::run);
  }

  @Override
  public synchronized ZoneStatus status() {
    Counts counts = new Counts(inodes.size(), 0, 0, missing().size(), 0);
    return new ZoneStatus(known, known.digest(), counts, Long.MAX_VALUE, "", "", null);
  }

  @Override
  public synchronized Knowledge knowledge() {
    return known;
  }

  @Override
  public synchronized Answer answer(Knowledge asker, boolean full, long inlineBytes) {
    answers.incrementAndGet();
    wholes.addAndGet(full ? 1 : 0);
    List<ZoneRecord> records = new ArrayList<>();
    for (Inode inode : inodes.values()) {
      Content.Regular content = content(inode);
      byte[] data = held.get(content.dot());
      List<ZoneRecord.Inline> along = new ArrayList<>();
      if (inlines && data != null && data.length <= MAX_INLINE) {
        along.add(new ZoneRecord.Inline(content.dot(), Bytes.of(data)));
      }
      if (full || !asker.covers(content.dot())) {
        records.add(new ZoneRecord(inode, along));
      }
    }
    PullHeader header =
        new PullHeader(
            1, known, Map.of(), Knowledge.NONE, PullHeader.Mode.DELTA, records.size(), 0);
    Iterator<ZoneRecord> left = records.iterator();
    return new Answer() {
      @Override
      public PullHeader header() {
        return header;
      }

      @Override
      public @Nullable ZoneRecord next() {
        return left.hasNext() ? left.next() : null;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Pull begin(PullHeader header, Knowledge asked) {
    List<ZoneRecord> staged = new ArrayList<>();
    return new Pull() {
      @Override
      public void add(ZoneRecord record) {
        staged.add(record);
      }

      @Override
      public PullResult commit() {
        return merge(header, staged);
      }

      @Override
      public void close() {}
    };
  }

  private PullResult merge(PullHeader header, List<ZoneRecord> staged) {
    synchronized (this) {
      commits.incrementAndGet();
      for (ZoneRecord record : staged) {
        Inode mine = inodes.get(record.inode().id());
        Content.Regular theirs = content(record.inode());
        if (mine == null || content(mine).clock() < theirs.clock()) {
          inodes.put(record.inode().id(), record.inode());
        }
        clock = Math.max(clock, theirs.clock());
        record.inline().forEach(i -> held.put(i.content(), i.bytes().toArray()));
      }
      known = known.join(header.knowledge());
    }
    changed();
    return new PullResult(List.of(), 0, List.of(), false);
  }

  // NullAway does not see the @Nullable of a nested type in a class file.
  @SuppressWarnings("NullAway")
  private List<PendingContent> missing() {
    List<PendingContent> result = new ArrayList<>();
    for (Inode inode : inodes.values()) {
      Content.Regular wanted = content(inode);
      if (!held.containsKey(wanted.dot())) {
        result.add(
            new PendingContent(
                inode.id(),
                inode.id(),
                wanted,
                null,
                null,
                wanted.ranges().missing(RangeMap.EMPTY)));
      }
    }
    result.sort(Comparator.comparingLong(PendingContent::missingBytes));
    return result;
  }

  @Override
  public void soughtInVain(FileId source, int contents) {}

  @Override
  public synchronized List<PendingContent> pending(int most) {
    return missing().stream().limit(most).toList();
  }

  @Override
  public synchronized boolean read(FileId source, Stretch stretch, ByteBuffer into) {
    Inode inode = inodes.get(source);
    byte[] data = held.get(stretch.dot());
    if (inode == null || data == null || !content(inode).dot().equals(stretch.dot())) {
      return false;
    }
    bytesServed.addAndGet((int) stretch.range().length());
    into.put(data, (int) stretch.range().offset(), (int) stretch.range().length());
    return true;
  }

  @Override
  public ContentSink stage(PendingContent content) {
    Dot dot = content.wanted().dot();
    byte[] data = new byte[(int) content.wanted().size()];
    List<Stretch> missing = new ArrayList<>();
    for (int at = 0; at < data.length; at += MAX_STRETCH) {
      int length = Math.min(MAX_STRETCH, data.length - at);
      missing.add(new Stretch(new ByteRange(at, length), dot));
    }
    return new ContentSink() {
      @Override
      public synchronized List<Stretch> missing() {
        return List.copyOf(missing);
      }

      @Override
      public synchronized void put(Stretch stretch, ByteBuffer bytes) throws IOException {
        if (!missing.remove(stretch)) {
          throw new IOException("not missing");
        }
        int length = (int) stretch.range().length();
        bytes.get(data, (int) stretch.range().offset(), length);
      }

      @Override
      public Outcome finish() {
        synchronized (FakeReplica.this) {
          held.put(dot, data);
        }
        return Outcome.HELD;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void memberKnows(String member, Knowledge knowledge) {}

  @Override
  public long purge(Collection<String> members) {
    return 0;
  }

  @Override
  public List<ConflictCopy> conflicts(int most) {
    return List.of();
  }

  @Override
  public ScanReport scan(Authority authority) {
    return new ScanReport(0, 0, 0, 0);
  }

  @Override
  public AutoCloseable onVersion(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public boolean folderLacksNames() {
    return false;
  }

  @Override
  public HeldContents heldContents() {
    throw new UnsupportedOperationException("whole contents in memory do not rot");
  }

  @Override
  public List<String> takeWarnings() {
    return List.of();
  }

  @Override
  public List<String> takeNews() {
    return List.of();
  }

  @Override
  public List<String> takeAlarms() {
    return List.of();
  }

  @Override
  public boolean settle(Duration most) {
    return true;
  }
}
