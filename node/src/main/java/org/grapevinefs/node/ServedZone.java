// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.nio.file.Path;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.grapevinefs.zonesconfig.ZoneConfig;

/** What this node does about one zone. */
sealed interface ServedZone {
  /** The zone as its file describes it. */
  ZoneConfig config();

  /**
   * A zone that this node keeps.
   *
   * @param files how it is served
   * @param replica how it is kept equal to the other members'
   * @param folder where its plain files are
   * @param end stops it, with versions written
   */
  record Held(
      ZoneConfig config, ZoneFileSystem files, ZoneReplica replica, Path folder, AutoCloseable end)
      implements ServedZone {}

  /**
   * A zone that members keep and this node serves through them.
   *
   * @param files how it is served
   * @param end lets go of it
   */
  record Through(ZoneConfig config, ZoneFileSystem files, AutoCloseable end)
      implements ServedZone {}

  /** A zone that this node may not serve. */
  record Refused(ZoneConfig config) implements ServedZone {}

  /**
   * A zone that this node should serve and cannot.
   *
   * @param why what is wrong, for people
   */
  record Failed(ZoneConfig config, String why) implements ServedZone {}
}
