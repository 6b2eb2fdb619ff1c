// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.peer.proto.OpenFile;

/** The files that a remote zone's clients hold open, so that another member can be told of them. */
final class RemoteOpens {
  private record Key(FileId file, OpenMode mode) {}

  private final Map<Key, Integer> counts = new HashMap<>();
  private long version;

  /** Counts one more (or with -1 one less) open and says what the member is to be told. */
  synchronized OpenFile change(FileId file, OpenMode mode, int by) {
    Key key = new Key(file, mode);
    int now = Math.max(0, counts.getOrDefault(key, 0) + by);
    if (now == 0) {
      counts.remove(key);
    } else {
      counts.put(key, now);
    }
    version++;
    return wire(key, now);
  }

  private OpenFile wire(Key key, int count) {
    return OpenFile.newBuilder()
        .setFile(ZoneWire.id(key.file()))
        .setMode(ZoneWire.number(key.mode()))
        .setCount(count)
        .setVersion(version)
        .build();
  }

  /** All that is open now. */
  synchronized List<OpenFile> all() {
    List<OpenFile> all = new ArrayList<>();
    counts.forEach((key, count) -> all.add(wire(key, count)));
    return all;
  }

  synchronized List<FileId> files() {
    return counts.keySet().stream().map(Key::file).distinct().toList();
  }
}
