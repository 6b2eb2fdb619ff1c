// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Properties;
import org.grapevinefs.replication.core.FileId;
import org.jspecify.annotations.Nullable;

/**
 * How far the scrubbing of a zone is, kept in a small file so that a restart goes on where it was.
 *
 * @param finished when the last one ended, or the zone was first seen; milliseconds since the epoch
 * @param begun when the one under way began; 0 if none is
 * @param after where that one is; null at its beginning
 */
record ScrubRecord(long finished, long begun, @Nullable FileId after) {

  private static final HexFormat HEX = HexFormat.of();

  /** What the file says; a zone without one, or with a broken one, begins its first month now. */
  static ScrubRecord load(Path file, long now) throws IOException {
    Properties saved = new Properties();
    try {
      saved.load(new StringReader(Files.readString(file)));
      long finished = Long.parseLong(saved.getProperty("finished", ""));
      long begun = Long.parseLong(saved.getProperty("begun", ""));
      String after = saved.getProperty("after", "");
      return new ScrubRecord(
          finished, begun, after.isEmpty() ? null : FileId.of(HEX.parseHex(after)));
    } catch (NoSuchFileException | IllegalArgumentException e) {
      return new ScrubRecord(now, 0, null);
    }
  }

  void save(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    FileId place = after;
    Files.writeString(
        fresh,
        "finished=%d%nbegun=%d%nafter=%s%n"
            .formatted(finished, begun, place == null ? "" : HEX.formatHex(place.toBytes())));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The share that is done of the one under way: ids are spread evenly, so their order tells. */
  double share() {
    FileId place = after;
    return place == null ? 0 : (place.high() >>> 1) / (double) Long.MAX_VALUE;
  }
}
