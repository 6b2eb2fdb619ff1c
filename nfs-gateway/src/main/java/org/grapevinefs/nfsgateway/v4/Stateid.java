// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * A stateid (RFC 8881, section 8.2).
 *
 * @param seqid counts the changes of the state
 * @param client the first eight bytes of the "other" field: the client that holds the state
 * @param number the last four: which of its states
 */
record Stateid(int seqid, long client, int number) {

  /** Neither open nor lock. */
  static final Stateid ANONYMOUS = new Stateid(0, 0, 0);

  private static final Stateid BYPASS = new Stateid(-1, -1, -1);
  private static final Stateid CURRENT = new Stateid(1, 0, 0);

  static Stateid decode(XdrReader in) throws BadXdrException {
    return new Stateid(in.int32(), in.int64(), in.int32());
  }

  void encode(XdrWriter out) {
    out.int32(seqid).int64(client).int32(number);
  }

  /** Whether it stands for no state at all (section 8.2.3). */
  boolean isSpecial() {
    return equals(ANONYMOUS) || equals(BYPASS);
  }

  /** Whether it stands for the compound's own. */
  boolean isCurrent() {
    return equals(CURRENT);
  }
}
