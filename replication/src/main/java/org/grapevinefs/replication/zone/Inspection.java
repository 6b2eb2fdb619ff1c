// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.RangeMap;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.core.Witnesses;
import org.grapevinefs.replication.volume.FileStat;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.PosixException;
import org.jspecify.annotations.Nullable;

/** Reads what is on disk as it is, whatever the index says that it should be. */
final class Inspection implements HeldContents {

  private static final int CHUNK = 1 << 20;

  private final ZoneState zone;
  private final Staging staging;
  private final Witnesses witnesses;

  Inspection(ZoneState zone, Staging staging) {
    this.zone = zone;
    this.staging = staging;
    this.witnesses = new Witnesses(zone.store);
  }

  @Override
  public List<Held> after(@Nullable FileId after, int most) {
    zone.lock.lock();
    try {
      List<Held> result = new ArrayList<>();
      for (FileId shown : zone.replica.heldAfter(after, most)) {
        Content.Regular content = zone.replica.held(shown);
        if (content != null) {
          result.add(new Held(shown, content));
        }
      }
      return result;
    } finally {
      zone.lock.unlock();
    }
  }

  @Override
  public @Nullable Held held(FileId shown, Dot content) {
    Content.Regular now = zone.replica.held(shown);
    return now != null && now.dot().equals(content) ? new Held(shown, now) : null;
  }

  @Override
  public List<EntryName> path(FileId shown) {
    zone.lock.lock();
    try {
      List<Entry> entries = zone.replica.placed(shown);
      return entries.isEmpty() ? List.of() : zone.replica.path(entries.getFirst());
    } finally {
      zone.lock.unlock();
    }
  }

  @Override
  public Digest digest(FileId shown, Dot content, ByteRange stretch) throws IOException {
    Held held = held(shown, content);
    if (held == null || stretch.end() > held.content().size()) {
      return Digest.without(Outcome.MOVED_ON);
    }
    MessageDigest sha256 = sha256();
    for (ByteRange part : read(held.content(), stretch)) {
      for (long at = part.offset(); at < part.end(); at += CHUNK) {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(CHUNK, part.end() - at));
        Outcome outcome = read(held, bytes, at);
        if (outcome != Outcome.READ) {
          return Digest.without(outcome);
        }
        sha256.update(bytes.flip());
      }
    }
    return new Digest(Outcome.READ, Bytes.of(sha256.digest()));
  }

  /** What of a stretch goes into its digest. */
  static List<ByteRange> read(Content.Regular content, ByteRange stretch) {
    if (content.size() <= Content.HASHED_SIZE) {
      return stretch.length() == 0 ? List.of() : List.of(stretch);
    }
    List<ByteRange> data = new ArrayList<>();
    for (RangeMap.Range range : content.ranges().ranges()) {
      long start = Math.max(range.offset(), stretch.offset());
      long end = Math.min(range.end(), stretch.end());
      if (range.dot() != null && start < end) {
        data.add(ByteRange.between(start, end));
      }
    }
    return data;
  }

  /** Reads while nobody can write, and only what still is the content that was asked for. */
  private Outcome read(Held held, ByteBuffer into, long offset) throws IOException {
    try (OpenStates.Held lock = zone.files.shared(held.shown())) {
      if (!isStill(held, lock.state())) {
        return Outcome.MOVED_ON;
      }
      try (OpenFile file = byName(held.shown())) {
        Outcome compared = compare(held.shown(), file.stat());
        if (compared == Outcome.READ) {
          file.read(into, offset);
        }
        return compared;
      } catch (PosixException e) {
        return unreadable(e);
      }
    }
  }

  /** The file under its name: one that is open already may have lost its name behind our back. */
  OpenFile byName(FileId shown) throws IOException {
    zone.lock.lock();
    try {
      return zone.directories.file(shown);
    } finally {
      zone.lock.unlock();
    }
  }

  /** Whether a content is there to be looked at; under the lock of its file. */
  boolean isStill(Held held, OpenState state) {
    return state.dirty == null
        && state.gone == null
        && held(held.shown(), held.content().dot()) != null
        && !zone.replica.placed(held.shown()).isEmpty();
  }

  /** Rot changes bytes and neither size nor time; whoever edits a file changes its time. */
  Outcome compare(FileId id, FileStat stat) {
    Shown shown = zone.find(id);
    if (shown == null) {
      return Outcome.MOVED_ON;
    }
    boolean same = stat.size() == shown.size() && stat.modified().equals(shown.modified());
    return same ? Outcome.READ : Outcome.EDITED;
  }

  private static Outcome unreadable(PosixException e) throws PosixException {
    if (e.errno() == PosixException.EIO || e.errno() == PosixException.ENOENT) {
      return Outcome.UNREADABLE;
    }
    throw e;
  }

  @Override
  public @Nullable Bytes witnessed(Held held) {
    return witnesses.find(held.shown(), held.content());
  }

  @Override
  public void witness(Held held, Bytes sha256) {
    zone.lock.lock();
    try {
      if (held(held.shown(), held.content().dot()) != null) {
        witnesses.put(held.shown(), held.content(), sha256);
      }
    } finally {
      zone.lock.unlock();
    }
  }

  @Override
  public @Nullable Mending mend(FileId shown, Dot content) throws IOException {
    Held held = held(shown, content);
    return held == null ? null : NewFile.begin(zone, staging, this, held);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
