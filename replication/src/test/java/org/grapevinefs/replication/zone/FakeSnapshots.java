// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.TreeSet;
import org.grapevinefs.replication.volume.SnapshotName;
import org.jspecify.annotations.Nullable;

/** Snapshots that are only names. */
final class FakeSnapshots implements ZoneSnapshots {

  final TreeSet<SnapshotName> names = new TreeSet<>();
  boolean possible = true;
  @Nullable String failure;
  long freePercent = 50;

  @Override
  public boolean possible() {
    return possible;
  }

  @Override
  public void take(SnapshotName name) throws IOException {
    if (failure != null) {
      throw new IOException(failure);
    }
    if (!names.add(name)) {
      throw new FileAlreadyExistsException(name.toString());
    }
  }

  @Override
  public List<SnapshotName> list() {
    return List.copyOf(names);
  }

  @Override
  public void delete(SnapshotName name) throws IOException {
    if (failure != null) {
      throw new IOException(failure);
    }
    if (!names.remove(name)) {
      throw new IOException("there is no " + name);
    }
  }

  @Override
  public String path(SnapshotName name) {
    return "/there/" + name;
  }

  @Override
  public long freePercent() {
    return freePercent;
  }
}
