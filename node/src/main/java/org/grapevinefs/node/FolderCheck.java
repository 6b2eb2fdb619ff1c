// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import org.grapevinefs.replication.zone.ZoneReplica;

/**
 * A look, when a zone is opened, whether its folder was emptied meanwhile. If so it is scanned, so
 * that what is missing is fetched from the other members.
 */
final class FolderCheck {
  private FolderCheck() {}

  /** Looks in the background: closing the replica ends it. */
  static void start(String zone, ZoneReplica replica, EventLog events) {
    Thread.ofPlatform()
        .daemon()
        .name("folder-check-" + zone)
        .start(() -> run(zone, replica, events));
  }

  private static void run(String zone, ZoneReplica replica, EventLog events) {
    try {
      if (replica.folderLacksNames()) {
        events.warn(
            zone,
            "",
            "files are missing from its folder: they are fetched from the other members, and"
                + " nothing is taken for deleted");
        report(zone, replica.scan(ZoneReplica.Authority.INDEX), events);
      }
    } catch (IOException | RuntimeException e) {
      events.error(zone, "", "its folder could not be looked through: " + e.getMessage());
    }
  }

  /** Tells what a scan found. */
  static void report(String zone, ZoneReplica.ScanReport report, EventLog events) {
    events.info(
        zone,
        "",
        "scanned %d files: %d added, %d edited, %d missing"
            .formatted(report.files(), report.added(), report.edited(), report.missing()));
  }
}
