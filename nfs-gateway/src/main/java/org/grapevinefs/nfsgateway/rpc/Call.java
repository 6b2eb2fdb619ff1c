// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * One call, but for its arguments.
 *
 * @param xid the caller's number of it: the same when it is sent again
 * @param procedure which procedure
 * @param credential who says they call
 * @param from from where
 * @param back the way back over the same connection
 * @param secure whether it came encrypted
 */
public record Call(
    int xid,
    int procedure,
    Credential credential,
    InetSocketAddress from,
    BackChannel back,
    boolean secure) {

  /** The client's address. */
  public InetAddress client() {
    return from.getAddress();
  }
}
