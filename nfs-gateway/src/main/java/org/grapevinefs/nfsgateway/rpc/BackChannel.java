// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/** A way to call a client. Thread-safe. */
public interface BackChannel {

  /** The longest answer taken, in bytes. */
  int MAX_ANSWER = 65_536;

  /**
   * The credential of a call to a client.
   *
   * @param flavor RPC flavour
   * @param body what follows its length, at most 400 bytes, a multiple of four
   */
  record Auth(int flavor, byte[] body) {
    /** Anonymous. */
    public static final Auth NONE = new Auth(Credential.NONE, new byte[0]);
  }

  /** Whether calls can go out: false once the connection is gone. */
  boolean isOpen();

  /**
   * Calls a procedure and returns at once. The future ends with the results; or with an
   * IOException, a TimeoutException, or a BadXdrException where the client's program refused.
   */
  CompletableFuture<XdrReader> call(
      int program, int version, int procedure, Auth auth, XdrWriter arguments, Duration patience);
}
