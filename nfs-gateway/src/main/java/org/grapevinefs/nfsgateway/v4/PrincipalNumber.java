// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Users and groups as decimal numbers (RFC 8881, section 5.9); names have no meaning here.
 *
 * <p>They stand in the attributes OWNER and OWNER_GROUP, and in access control lists.
 */
final class PrincipalNumber {

  /** The longest text looked at, in bytes. */
  static final int MAX_TEXT = 1024;

  private static final long LARGEST = 0xffff_ffffL;

  private PrincipalNumber() {}

  static byte[] text(int id) {
    return Integer.toUnsignedString(id).getBytes(US_ASCII);
  }

  static int parse(byte[] text) throws NfsException {
    if (text.length == 0) {
      throw new NfsException(NfsStatus.INVAL);
    }
    long value = 0;
    for (byte b : text) {
      if (b < '0' || b > '9') {
        throw new NfsException(NfsStatus.BADOWNER);
      }
      value = value * 10 + (b - '0');
      if (value > LARGEST) {
        throw new NfsException(NfsStatus.BADOWNER);
      }
    }
    return (int) value;
  }
}
