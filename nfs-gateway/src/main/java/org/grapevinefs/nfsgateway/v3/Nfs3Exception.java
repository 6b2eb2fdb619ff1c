// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

/** A refusal that has no name in zones. */
final class Nfs3Exception extends Exception {

  private final int status;

  /** Carries no stack trace: it answers a message, and anyone can send one. */
  Nfs3Exception(int status) {
    super("status " + status, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }
}
