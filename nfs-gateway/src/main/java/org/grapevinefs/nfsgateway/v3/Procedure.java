// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.replication.fs.ZoneException;

/** One procedure: reads arguments, acts, and writes what follows the status of its result. */
@FunctionalInterface
interface Procedure {

  /** Runs it. An exception takes back what was written and becomes the status. */
  void run(Request request) throws BadXdrException, ZoneException, Nfs3Exception;
}
