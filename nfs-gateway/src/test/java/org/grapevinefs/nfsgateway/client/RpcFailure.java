// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.client;

/** A call that the server refused at the level of RPC. */
public final class RpcFailure extends RuntimeException {

  private final int status;

  RpcFailure(int status) {
    super("RPC accept status " + status, null, false, false);
    this.status = status;
  }

  /** The accept status: 4 is GARBAGE_ARGS. */
  public int status() {
    return status;
  }
}
