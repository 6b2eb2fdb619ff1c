// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.ZoneException;

/**
 * One operation of a compound: reads its arguments, acts, and writes what follows the status of its
 * result.
 */
@FunctionalInterface
interface Operation {

  /**
   * Runs the operation. An exception takes back what was written and becomes the status.
   *
   * @return OK, or a status whose result has a body that was written
   */
  NfsStatus run(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException;
}
