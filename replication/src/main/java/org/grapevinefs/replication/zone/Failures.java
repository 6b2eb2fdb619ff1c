// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import org.grapevinefs.replication.core.ReplicaException;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.volume.PosixException;

/** The words of disk and index, put into those of {@link ZoneError}. */
final class Failures {

  private Failures() {}

  static ZoneException of(IOException e) {
    String words = String.valueOf(e.getMessage());
    if (!(e instanceof PosixException posix)) {
      return new ZoneException(ZoneError.IO, words);
    }
    ZoneError error =
        switch (posix.errno()) {
          case PosixException.ENOSPC -> ZoneError.NOSPC;
          case PosixException.EDQUOT -> ZoneError.DQUOT;
          case PosixException.EFBIG -> ZoneError.FBIG;
          case PosixException.EROFS -> ZoneError.ROFS;
          case PosixException.EMLINK -> ZoneError.MLINK;
          case PosixException.EOPNOTSUPP, PosixException.ENOTTY, PosixException.ENOSYS ->
              ZoneError.NOTSUPP;
          case PosixException.ENXIO -> ZoneError.NXIO;
          default -> ZoneError.IO;
        };
    return new ZoneException(error, words);
  }

  static ZoneException of(ReplicaException e) {
    ZoneError error =
        switch (e.reason()) {
          case NO_ENTRY -> ZoneError.NOENT;
          case NO_FILE -> ZoneError.STALE;
          case TAKEN -> ZoneError.EXIST;
          case NOT_EMPTY -> ZoneError.NOTEMPTY;
          case INTO_ITSELF -> ZoneError.INVAL;
          case NOT_DIRECTORY -> ZoneError.NOTDIR;
          case IS_DIRECTORY -> ZoneError.ISDIR;
          case WRONG_TYPE -> ZoneError.WRONG_TYPE;
          case LIMIT -> ZoneError.MLINK;
          case BAD_ANSWER, MALFORMED, BUSY -> ZoneError.IO;
        };
    return new ZoneException(error, String.valueOf(e.getMessage()));
  }
}
