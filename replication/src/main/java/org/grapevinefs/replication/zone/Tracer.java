// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Trace;
import org.grapevinefs.replication.merge.MergeRules;
import org.grapevinefs.replication.merge.ThreeWayMerge;
import org.grapevinefs.replication.volume.OpenFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what files were before they are changed, of those that the zone merges: the common
 * ancestor of what may yet be written apart. Of a file for which that fails nothing is lost: it is
 * then kept twice, as any other.
 */
final class Tracer {

  private static final Logger LOG = LoggerFactory.getLogger(Tracer.class);

  /** The most bytes in memory, of files written to and not yet versioned. */
  private static final long MOST_BYTES = 32L << 20;

  private final ZoneState zone;

  Tracer(ZoneState zone) {
    this.zone = zone;
  }

  /** Whether a file is one that the zone merges. */
  boolean traces(FileId id) {
    MergeRules rules = zone.settings.merges();
    if (rules.isEmpty()) {
      return false;
    }
    zone.lock.lock();
    try {
      return zone.replica.placed(id).stream()
          .map(Entry::link)
          .anyMatch(link -> rules.of(link.name()) != null);
    } finally {
      zone.lock.unlock();
    }
  }

  /** What a version made of a file notes. */
  Trace trace(FileId id, @Nullable Bytes before) {
    return before != null || traces(id) ? Trace.of(before) : Trace.NONE;
  }

  /**
   * The bytes of a file that has nothing unversioned, if it is merged; the caller holds its lock.
   */
  @Nullable Bytes before(OpenState state) {
    if (state.gone != null || state.dirty != null || !traces(state.id)) {
      return null;
    }
    Content.Regular held = zone.replica.held(state.id);
    if (held == null || held.size() > ThreeWayMerge.MOST_BYTES || isFull()) {
      return null;
    }
    try (OpenFile open = zone.open(state)) {
      return read(open, held);
    } catch (IOException e) {
      LOG.debug("zone {}: what {} was is not kept", zone.name, state.id, e);
      return null;
    }
  }

  /**
   * What the moving of a file over another notes, if files of the name are merged; under the zone's
   * lock.
   */
  Trace replacing(Entry over, EntryName name) {
    if (zone.settings.merges().of(name) == null || over.type() != FileType.REGULAR) {
      return Trace.NONE;
    }
    Content.Regular held = zone.replica.held(over.shown());
    OpenState state = zone.files.find(over.shown());
    boolean clean = state == null || state.dirty == null;
    if (held == null || !clean || held.size() > ThreeWayMerge.MOST_BYTES) {
      return Trace.of(null);
    }
    try (OpenFile open = zone.directories.file(over.shown())) {
      return Trace.of(read(open, held));
    } catch (IOException e) {
      LOG.debug("zone {}: what {} was is not kept", zone.name, over.shown(), e);
      return Trace.of(null);
    }
  }

  private boolean isFull() {
    long bytes = 0;
    for (OpenState state : zone.files.dirty()) {
      DirtyContent dirty = state.dirty;
      Bytes before = dirty == null ? null : dirty.before;
      bytes += before == null ? 0 : before.length();
    }
    return bytes >= MOST_BYTES;
  }

  /** The bytes of a content; null if the file has others. */
  static @Nullable Bytes read(OpenFile open, Content.Regular held) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) held.size());
    if (open.read(bytes, 0) < held.size()) {
      return null;
    }
    Bytes hash = held.size() == 0 ? null : Versions.hash(bytes.array());
    return Objects.equals(hash, held.hash()) ? Bytes.of(bytes.array()) : null;
  }
}
