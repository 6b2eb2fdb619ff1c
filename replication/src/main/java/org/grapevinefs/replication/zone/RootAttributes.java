// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import org.grapevinefs.replication.core.Attrs;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Shown;
import org.grapevinefs.replication.volume.Directory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attributes of the zone's folder itself. It has no place that could be settled, so they are
 * brought to disk when a pull may have brought others, and at each start.
 */
final class RootAttributes {

  private static final Logger LOG = LoggerFactory.getLogger(RootAttributes.class);

  private final ZoneState zone;
  private @Nullable Dot onDisk;

  RootAttributes(ZoneState zone) {
    this.zone = zone;
  }

  /** Gives the folder what somebody set, if it is not what it got last. */
  void bringToDisk() {
    zone.lock.lock();
    try {
      Inode root = zone.replica.inode(FileId.ROOT);
      Attrs attrs = root == null ? null : root.shownAttrs();
      if (attrs == null || attrs.dot().equals(onDisk)) {
        return;
      }
      Shown shown = zone.find(FileId.ROOT);
      if (shown == null) {
        return;
      }
      Directory folder = zone.tree.root();
      folder.setXattrs(shown.xattrs(), shown.mode());
      folder.describe(shown.mode(), shown.uid(), shown.gid());
      folder.setTimes(shown.accessed(), shown.modified());
      onDisk = attrs.dot();
    } catch (IOException e) {
      LOG.warn("zone {}: its folder cannot be described: {}", zone.name, e.toString());
    } finally {
      zone.lock.unlock();
    }
  }
}
