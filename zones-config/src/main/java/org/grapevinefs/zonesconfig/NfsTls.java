// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

/** Whether NFS clients speak RPC with TLS (RFC 9289). */
public enum NfsTls {
  /** Nobody can. */
  OFF,
  /** Who wants to. */
  OPTIONAL,
  /** Everybody. */
  REQUIRED,
  /** Everybody, and with a certificate of their own. */
  MUTUAL;

  @Override
  public String toString() {
    return Words.of(this);
  }
}
