// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.InvalidNameException;

/** Names as they come in messages (RFC 8881, section 14.5). */
final class Names {

  private static final int MAX_BYTES_READ = 8192;

  private Names() {}

  /** A component of a path. */
  static EntryName decode(XdrReader in) throws BadXdrException, NfsException {
    byte[] bytes = in.opaque(MAX_BYTES_READ);
    try {
      return EntryName.of(bytes);
    } catch (InvalidNameException e) {
      throw new NfsException(
          switch (e.reason()) {
            case EMPTY -> NfsStatus.INVAL;
            case TOO_LONG -> NfsStatus.NAMETOOLONG;
            case BAD_BYTE, DOTS -> NfsStatus.BADNAME;
          });
    }
  }
}
