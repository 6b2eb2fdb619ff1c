// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.ZoneException;

/** What there is to say of the pseudo root, and of any target. */
final class PseudoRootAttributes {

  private static final int MODE = 0555;
  private static final int SIZE = 4096;

  private PseudoRootAttributes() {}

  static Attributes of(Compound compound) {
    long change = compound.engine().exports().change();
    int links = 2 + compound.engine().exports().visibleTo(compound.client()).size();
    Timestamp time = new Timestamp(change / 1_000_000_000L, (int) (change % 1_000_000_000L));
    return new Attributes(
        FileId.ROOT,
        FileType.DIRECTORY,
        MODE,
        links,
        0,
        0,
        SIZE,
        0,
        Device.NONE,
        time,
        time,
        time,
        time,
        change);
  }

  /** The attributes of any target. */
  static Attributes of(Compound compound, Target target) throws ZoneException {
    return switch (target) {
      case Target.PseudoRoot root -> of(compound);
      case Target.InZone in -> in.export().files().getattr(compound.caller(in), in.file());
    };
  }
}
