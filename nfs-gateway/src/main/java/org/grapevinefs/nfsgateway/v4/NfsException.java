// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

/**
 * An operation that ends with a status other than OK. Carries no stack trace: it is an answer, not
 * an accident.
 */
final class NfsException extends Exception {

  private final NfsStatus status;

  NfsException(NfsStatus status) {
    super(status.name(), null, false, false);
    this.status = status;
  }

  NfsStatus status() {
    return status;
  }
}
