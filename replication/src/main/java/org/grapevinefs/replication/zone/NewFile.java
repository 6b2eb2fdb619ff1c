// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.volume.OpenFile;
import org.grapevinefs.replication.volume.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * A file with good bytes that is to take the place of one that has gone bad. The index does not
 * change: it says already what these bytes are.
 */
final class NewFile implements HeldContents.Mending {

  private static final int CHUNK = 1 << 20;

  private final ZoneState zone;
  private final Staging staging;
  private final Inspection inspection;
  private final HeldContents.Held held;
  private final EntryName name;
  private final OpenFile file;
  private boolean old;
  private boolean placed;

  private NewFile(
      ZoneState zone,
      Staging staging,
      Inspection inspection,
      HeldContents.Held held,
      EntryName name,
      OpenFile file) {
    this.zone = zone;
    this.staging = staging;
    this.inspection = inspection;
    this.held = held;
    this.name = name;
    this.file = file;
  }

  static @Nullable NewFile begin(
      ZoneState zone, Staging staging, Inspection inspection, HeldContents.Held held)
      throws IOException {
    EntryName name = staging.fresh(new Staging.Key(held.shown(), held.content().dot()));
    OpenFile file = zone.tree.createInWorkshop(name);
    NewFile fresh = new NewFile(zone, staging, inspection, held, name, file);
    boolean begun = false;
    try {
      begun = fresh.copyOld();
    } finally {
      if (!begun) {
        fresh.close();
      }
    }
    return begun ? fresh : null;
  }

  /** Begins with what is there, if the disk gives it; false if the file is at work. */
  private boolean copyOld() throws IOException {
    long size = held.content().size();
    try (OpenStates.Held lock = zone.files.shared(held.shown())) {
      if (!inspection.isStill(held, lock.state())) {
        return false;
      }
      try (OpenFile from = inspection.byName(held.shown())) {
        if (zone.tree.reflinks() && size > 0) {
          file.cloneFrom(from, 0, 0, 0);
        } else {
          file.copyFrom(from, 0, 0, size);
        }
        old = true;
      } catch (PosixException e) {
        if (e.errno() != PosixException.EIO && e.errno() != PosixException.ENOENT) {
          throw e;
        }
        file.truncate(0);
      }
    }
    file.truncate(size);
    return true;
  }

  @Override
  public boolean hasOldBytes() {
    return old;
  }

  @Override
  public void put(ByteBuffer bytes, long offset) throws IOException {
    if (offset < 0 || offset > held.content().size() - bytes.remaining()) {
      throw new IOException("bytes past the end of a content");
    }
    file.write(bytes, offset);
  }

  @Override
  public boolean finish(Bytes sha256) throws IOException {
    if (!digest().equals(sha256)) {
      return false;
    }
    file.sync();
    FileId shown = held.shown();
    try (OpenStates.Held lock = zone.files.alone(shown)) {
      if (!inspection.isStill(held, lock.state()) || isEdited()) {
        return false;
      }
      zone.lock.lock();
      try {
        place(zone.replica.placed(shown));
      } finally {
        zone.lock.unlock();
      }
      lock.state().forget();
    }
    zone.changed(shown);
    return true;
  }

  private Bytes digest() throws IOException {
    MessageDigest sha256 = Inspection.sha256();
    Content.Regular content = held.content();
    for (ByteRange part : Inspection.read(content, new ByteRange(0, content.size()))) {
      for (long at = part.offset(); at < part.end(); at += CHUNK) {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(CHUNK, part.end() - at));
        file.read(bytes, at);
        sha256.update(bytes.flip());
      }
    }
    return Bytes.of(sha256.digest());
  }

  /** Whether somebody edited the bad file behind our back meanwhile: that is for a scan. */
  private boolean isEdited() throws IOException {
    try (OpenFile there = inspection.byName(held.shown())) {
      return inspection.compare(held.shown(), there.stat()) != HeldContents.Outcome.READ;
    } catch (PosixException e) {
      return e.errno() != PosixException.EIO && e.errno() != PosixException.ENOENT;
    }
  }

  private void place(List<Entry> entries) throws IOException {
    Placement placement = new Placement(zone, staging);
    placement.replace(name, entries);
    placed = true;
    placement.describe(entries);
  }

  @Override
  public void close() throws IOException {
    file.close();
    if (!placed) {
      staging.remove(name);
    }
  }
}
