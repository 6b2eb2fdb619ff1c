// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.List;
import org.grapevinefs.replication.volume.SnapshotName;
import org.grapevinefs.replication.volume.Volume;

/** What the volume can do to keep one zone's past. */
interface ZoneSnapshots {

  /** Whether the volume can at all. */
  boolean possible();

  /**
   * Takes one; what clients write meanwhile waits for a moment.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the name is taken
   */
  void take(SnapshotName name) throws IOException;

  /** All there are, whoever took them, oldest first. */
  List<SnapshotName> list() throws IOException;

  /** Deletes one; returns when its room is back, or after a while. */
  void delete(SnapshotName name) throws IOException;

  /** Where one lies, for people. */
  String path(SnapshotName name);

  /** What of a hundred bytes of the file system is free. */
  long freePercent() throws IOException;

  /** Those of a zone on its volume. */
  static ZoneSnapshots of(Volume volume, String zone) {
    return new ZoneSnapshots() {
      @Override
      public boolean possible() {
        return volume.abilities().snapshots();
      }

      @Override
      public void take(SnapshotName name) throws IOException {
        volume.snapshot(zone, name);
      }

      @Override
      public List<SnapshotName> list() throws IOException {
        return volume.snapshots(zone);
      }

      @Override
      public void delete(SnapshotName name) throws IOException {
        volume.deleteSnapshot(zone, name, true);
      }

      @Override
      public String path(SnapshotName name) {
        return volume.snapshotPath(zone, name).toString();
      }

      @Override
      public long freePercent() throws IOException {
        Volume.Space space = volume.space();
        return space.total() <= 0 ? 100 : (long) (100.0 * space.free() / space.total());
      }
    };
  }
}
