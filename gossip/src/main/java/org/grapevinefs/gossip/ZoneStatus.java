// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/**
 * What one node says of its replica of a zone, small enough for every packet.
 *
 * @param zone the zone
 * @param sum the version number that people see: the sum of the knowledge; never negative
 * @param digest the knowledge's 64-bit digest: equal digests, nothing to do
 * @param stateDigest the state's 64-bit digest: equal knowledge with another state is an alarm
 * @param pending contents known but not held yet; never negative
 */
public record ZoneStatus(ZoneId zone, long sum, long digest, long stateDigest, long pending) {
  /** Checks the counts. */
  public ZoneStatus {
    if (sum < 0 || pending < 0) {
      throw new IllegalArgumentException(
          "a version number or a count of contents cannot be negative");
    }
  }
}
