// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/** What answers the calls of one program and version, but for its NULL procedure. */
public interface RpcHandler {

  /** Number of the program. */
  int program();

  /** Version of the program. */
  int version();

  /** Whether there is such a procedure. */
  boolean knows(int procedure);

  /**
   * Answers one call; blocks as long as it takes.
   *
   * @throws BadXdrException if the arguments are garbage
   */
  XdrWriter call(Call call, XdrReader arguments) throws BadXdrException;
}
