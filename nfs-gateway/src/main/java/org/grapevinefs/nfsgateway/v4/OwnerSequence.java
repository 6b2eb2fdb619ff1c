// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The place of one open owner or lock owner in its sequence of requests (RFC 7530, section 9.1.7):
 * minor version 0 has no sessions, so each owner's requests are numbered, and the last answer is
 * kept for one who did not get it. The lock guards all and is held while a request is worked on.
 */
final class OwnerSequence {

  final ReentrantLock lock = new ReentrantLock();

  /** The number of the last request that counted. */
  int last;

  /** Whether any request counted. */
  boolean begun;

  /** Whether OPEN_CONFIRM came, so that no request out of the past can have made this owner. */
  boolean confirmed;

  /** The last answer, with the file that was current after it. */
  byte @Nullable [] answer;

  NfsStatus status = NfsStatus.OK;
  @Nullable Target current;

  /** The stateid number of the open that this owner closed last; 0: none. */
  volatile int closed;

  /** Notes the answer to a request that counts. */
  void answered(int number, NfsStatus outcome, byte @Nullable [] reply, @Nullable Target file) {
    last = number;
    begun = true;
    status = outcome;
    answer = reply;
    current = file;
  }
}
