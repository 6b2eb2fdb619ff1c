// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.time.Duration;

/**
 * How long a remote zone waits for what.
 *
 * @param call longest time a call takes before it ends with DELAY
 * @param sameMember how long a changing call whose fate is unknown waits for the member it was sent
 *     to
 * @param catchUp how long a member may take to learn what the session has seen before the next is
 *     tried
 * @param nearer how often to look for a nearer member than the one in use
 * @param forget how long no member with all that was seen is in reach before the session starts
 *     anew, with a warning
 */
public record RemotePatience(
    Duration call, Duration sameMember, Duration catchUp, Duration nearer, Duration forget) {

  /** What a node uses. */
  public static final RemotePatience DEFAULT =
      new RemotePatience(
          Duration.ofSeconds(6),
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          Duration.ofSeconds(20));
}
