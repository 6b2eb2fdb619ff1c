// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.grapevinefs.gossip.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Decides whom a zone's replica asks for changes, and when. Pure: no thread, no clock, no network.
 *
 * <p>A member is worth asking while it is up, its digest differs from ours, and it is not the
 * digest of an answer that we already took in, nor of what it knew when it asked us or knows with
 * our answer: then we know more than it does, and it is for it to ask. Of those worth asking the
 * nearest comes first, then the one that counts the most changes. One session at a time; who failed
 * waits, longer each time.
 */
final class PullPlanner {
  static final long FIRST_WAIT_NANOS = 100_000_000L;
  static final long POLITE_NANOS = 200_000_000L;
  static final long LAST_WAIT_NANOS = 30_000_000_000L;

  private static final class Member {
    final Backoff backoff;
    boolean up;
    int rank;
    boolean heard;
    long sum;
    long digest;
    long pending;
    boolean told;
    long toldSum;
    boolean took;
    long takenDigest;
    boolean asked;
    long askedDigest;
    long answeredDigest;
    long notBefore;
    long politeUntil;
    String trouble = "";
    boolean suspect;

    Member(RandomGenerator random) {
      backoff = new Backoff(FIRST_WAIT_NANOS, LAST_WAIT_NANOS, random);
    }

    boolean mayBeAsked(long now) {
      return now - notBefore >= 0 && now - politeUntil >= 0;
    }
  }

  private final RandomGenerator random;
  private final Map<NodeId, Member> members = new TreeMap<>();
  private @Nullable NodeId asking;
  private long mySum;
  private long myDigest;

  PullPlanner(RandomGenerator random) {
    this.random = random;
  }

  private Member member(NodeId node) {
    return members.computeIfAbsent(node, n -> new Member(random));
  }

  /** What this replica knows now. */
  void mine(long sum, long digest) {
    mySum = sum;
    myDigest = digest;
  }

  /** A member is connected; the lower its rank the nearer it is. */
  void up(NodeId node, int rank, long now) {
    Member member = member(node);
    if (!member.up) {
      member.up = true;
      member.notBefore = now;
      member.politeUntil = now;
      member.backoff.succeeded();
    }
    member.told = false;
    member.rank = rank;
  }

  /** A member's connection went. */
  void down(NodeId node) {
    Member member = member(node);
    member.up = false;
    member.told = false;
  }

  /** A node is no member any more. */
  void forget(NodeId node) {
    members.remove(node);
  }

  /** A member said over its connection what it knows; whether that is news. */
  boolean told(NodeId node, long sum, long digest, long pending, long now) {
    Member member = member(node);
    member.told = true;
    member.toldSum = sum;
    return takeNote(member, sum, digest, pending, now);
  }

  /**
   * Gossip said what a member knows; whether that is news. A packet may be overtaken by what the
   * member tells over its connection, and must not take that back: its count never falls.
   */
  boolean heard(NodeId node, long sum, long digest, long pending, long now) {
    Member member = member(node);
    boolean overtaken = member.told && sum < member.toldSum;
    return !overtaken && takeNote(member, sum, digest, pending, now);
  }

  /**
   * One that counts fewer changes than we do is given a moment to ask us first: mostly it knows
   * nothing new. The moment ends when it counts as many.
   */
  private boolean takeNote(Member member, long sum, long digest, long pending, long now) {
    boolean news = !member.heard || member.digest != digest;
    if (news) {
      member.politeUntil = sum < mySum ? now + POLITE_NANOS : now;
    }
    member.heard = true;
    member.sum = sum;
    member.digest = digest;
    member.pending = pending;
    return news;
  }

  /**
   * A member asked us. All that it knew, and all that it will know with our answer, is known here.
   */
  void asked(NodeId node, long askedDigest, long answeredDigest) {
    Member member = member(node);
    member.asked = true;
    member.askedDigest = askedDigest;
    member.answeredDigest = answeredDigest;
  }

  /** A member knows the same and holds another state: it is to be asked for all, once. */
  void suspect(NodeId node) {
    member(node).suspect = true;
  }

  /** Whether the session under way with a member is to ask for all. */
  boolean isForAll(NodeId node) {
    Member member = member(node);
    return member.suspect && member.digest == myDigest;
  }

  private boolean worthAsking(Member member) {
    if (member.suspect && member.up && member.digest == myDigest) {
      return true;
    }
    return member.up
        && member.heard
        && member.digest != myDigest
        && !(member.sum == 0 && member.digest == 0)
        && !(member.took && member.takenDigest == member.digest)
        && !(member.asked
            && (member.askedDigest == member.digest || member.answeredDigest == member.digest));
  }

  /** Whether someone is being asked or is to be, now or when a wait is over. */
  boolean isBusy() {
    return asking != null || members.values().stream().anyMatch(this::worthAsking);
  }

  /** Whom to ask now; that session is then under way until {@link #done} or {@link #failed}. */
  Optional<NodeId> next(long now) {
    if (asking != null) {
      return Optional.empty();
    }
    Optional<NodeId> chosen =
        members.entrySet().stream()
            .filter(e -> worthAsking(e.getValue()) && e.getValue().mayBeAsked(now))
            .min(
                Comparator.<Map.Entry<NodeId, Member>>comparingInt(e -> e.getValue().rank)
                    .thenComparing(e -> e.getValue().sum, Comparator.<Long>reverseOrder()))
            .map(Map.Entry::getKey);
    chosen.ifPresent(node -> asking = node);
    return chosen;
  }

  /** The session ended well: its answer, from a state of that digest, is taken in. */
  void done(NodeId node, long answeredDigest) {
    asking = null;
    Member member = member(node);
    member.took = true;
    member.takenDigest = answeredDigest;
    member.backoff.succeeded();
    member.trouble = "";
    member.suspect = false;
  }

  /** The session failed. */
  void failed(NodeId node, String why, long now) {
    asking = null;
    Member member = member(node);
    member.suspect = false;
    member.trouble = why;
    member.notBefore = now + member.backoff.failed();
  }

  /** How this replica stands to each member. */
  List<Behind> behind() {
    List<Behind> result = new ArrayList<>();
    members.forEach((node, member) -> result.add(behind(node, member)));
    return result;
  }

  private Behind behind(NodeId node, Member m) {
    String why;
    if (m.heard && m.digest == myDigest) {
      why = "";
    } else if (!m.up) {
      why = "not connected";
    } else if (!m.heard) {
      why = "said nothing yet";
    } else if (node.equals(asking)) {
      why = "pulling";
    } else if (!worthAsking(m)) {
      why = "knows less";
    } else {
      why = m.trouble.isEmpty() ? "waiting for its turn" : m.trouble;
    }
    boolean behind = m.heard && m.digest != myDigest && worthAsking(m);
    long by = behind ? Math.max(1, m.sum - mySum) : 0;
    return new Behind(node, m.up, m.sum, by, m.pending, why);
  }
}
