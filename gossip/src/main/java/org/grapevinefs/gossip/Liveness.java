// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

/**
 * The opinion about one peer: alive, after silence suspect, after more silence unreachable, and
 * back at once when heard.
 *
 * <p>All times are awake nanoseconds ({@link Patience}).
 */
final class Liveness {
  private PeerState state = PeerState.UNREACHABLE;
  private long heardAt;
  private long suspectedAt;

  PeerState state() {
    return state;
  }

  /** The peer was heard, by whatever way. Says whether the state changed. */
  boolean heard(long awake) {
    heardAt = awake;
    boolean changed = state != PeerState.ALIVE;
    state = PeerState.ALIVE;
    return changed;
  }

  /** Time has passed. Says whether the state changed. */
  boolean tick(long awake, long suspectAfter, long unreachableAfter) {
    PeerState before = state;
    switch (state) {
      case ALIVE -> {
        if (awake - heardAt >= suspectAfter) {
          state = PeerState.SUSPECT;
          suspectedAt = awake;
        }
      }
      case SUSPECT -> {
        if (awake - suspectedAt >= unreachableAfter) {
          state = PeerState.UNREACHABLE;
        }
      }
      case UNREACHABLE -> {}
    }
    return state != before;
  }
}
