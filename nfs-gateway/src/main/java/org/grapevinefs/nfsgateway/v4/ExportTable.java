// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.Exports;
import org.grapevinefs.replication.core.EntryName;
import org.jspecify.annotations.Nullable;

/**
 * The exports of the moment, found by zone and by name, and the change attribute of the pseudo root
 * over them.
 */
final class ExportTable {

  private record View(
      List<Export> list, Map<UUID, Export> byZone, Map<EntryName, Export> byName, long change) {}

  private final Exports exports;
  private volatile View view;

  /**
   * The pseudo root's first change is the time of the start, so that it never goes back at a
   * restart.
   */
  ExportTable(Exports exports, InstantSource clock) {
    this.exports = exports;
    this.view = view(exports.list(), clock.millis() * 1_000_000L);
  }

  private static View view(List<Export> list, long change) {
    List<Export> sorted = new ArrayList<>(list);
    sorted.sort(Comparator.comparingLong(ExportTable::cookie));
    Map<UUID, Export> byZone = new HashMap<>();
    Map<EntryName, Export> byName = new HashMap<>();
    for (Export export : sorted) {
      byZone.put(export.zone(), export);
      byName.put(nameOf(export), export);
    }
    return new View(list, byZone, byName, change);
  }

  /**
   * The same list object means that nothing changed, which spares comparing it for every message.
   */
  @SuppressWarnings("ReferenceEquality")
  private View current() {
    List<Export> list = exports.list();
    View now = view;
    if (now.list() == list) {
      return now;
    }
    synchronized (this) {
      now = view;
      if (now.list() != list) {
        boolean same = now.list().equals(list);
        now = view(list, same ? now.change() : now.change() + 1);
        view = now;
      }
      return now;
    }
  }

  /** The export's name as a directory entry. */
  static EntryName nameOf(Export export) {
    return EntryName.of(export.name().getBytes(StandardCharsets.UTF_8));
  }

  /** The place of an export in the pseudo root's listing. */
  static long cookie(Export export) {
    UUID zone = export.zone();
    long mixed =
        zone.getMostSignificantBits() ^ Long.rotateLeft(zone.getLeastSignificantBits(), 32);
    return (mixed & (Long.MAX_VALUE >>> 1)) | 0x100;
  }

  /** The number of the pseudo root's entry for an export, over which the zone is mounted. */
  static long mountPoint(Export export) {
    return cookie(export);
  }

  long change() {
    return current().change();
  }

  /** The export of a zone, if this client may see it. */
  @Nullable Export byZone(UUID zone, InetAddress client) {
    Export export = current().byZone().get(zone);
    return export != null && export.admits(client) ? export : null;
  }

  /** The export with a name, if this client may see it. */
  @Nullable Export byName(EntryName name, InetAddress client) {
    Export export = current().byName().get(name);
    return export != null && export.admits(client) ? export : null;
  }

  /** The exports that a client may see, in the order of their cookies. */
  List<Export> visibleTo(InetAddress client) {
    List<Export> visible = new ArrayList<>();
    for (Export export : current().list()) {
      if (export.admits(client)) {
        visible.add(export);
      }
    }
    visible.sort(Comparator.comparingLong(ExportTable::cookie));
    return visible;
  }
}
