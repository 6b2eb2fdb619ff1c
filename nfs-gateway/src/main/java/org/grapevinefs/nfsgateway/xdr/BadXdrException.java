// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.xdr;

/** Bytes that are not the XDR they should be: cut short, too long, or out of range. */
public final class BadXdrException extends Exception {

  /** Says what was wrong. Carries no stack trace: it answers a message, and anyone can send one. */
  public BadXdrException(String message) {
    super(message, null, false, false);
  }
}
