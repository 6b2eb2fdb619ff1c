// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;

/**
 * Decides which contents are fetched from whom. Pure: no thread, no clock, no network.
 *
 * <p>Contents are offered small ones first and go out in that order, many small ones or one large
 * one at a time, to the nearest member that is not busy and has not said that it moved on. When all
 * have said so, the content waits a while, or until one of them knows something new.
 */
final class ContentPlanner {
  static final int MAX_BATCH = 256;
  static final long MAX_BATCH_BYTES = 4L << 20;
  static final int MAX_AT_A_MEMBER = 3;
  static final int MAX_UNDER_WAY = 6;
  static final long REFUSED_NANOS = 2_000_000_000L;
  static final long POSTPONED_NANOS = 50_000_000L;

  /** What all in reach have refused for so long is worth telling. */
  static final long IN_VAIN_NANOS = 60_000_000_000L;

  /** A value of a file's content that is wanted. */
  record Wanted(FileId source, Dot content) {}

  /** What to ask of whom. */
  record Assignment(NodeId member, List<Wanted> contents) {
    Assignment {
      contents = List.copyOf(contents);
    }
  }

  private static final class Member {
    boolean up;
    int rank;
    int busy;
    long notBefore;
  }

  private final Map<NodeId, Member> members = new TreeMap<>();
  private final Map<Wanted, Long> waiting = new LinkedHashMap<>();
  private final Set<Wanted> underWay = new HashSet<>();
  private final Set<FileId> sources = new HashSet<>();
  private final Map<Wanted, Map<NodeId, Long>> refused = new HashMap<>();

  /** Who said to be without a content. */
  private final Map<Wanted, Set<NodeId>> without = new HashMap<>();

  /** What all in reach are without, and since when, oldest first. */
  private final Map<Wanted, Long> inVain = new LinkedHashMap<>();

  private int batches;

  private Member member(NodeId node) {
    return members.computeIfAbsent(node, n -> new Member());
  }

  void up(NodeId node, int rank) {
    Member member = member(node);
    member.up = true;
    member.rank = rank;
  }

  void down(NodeId node) {
    member(node).up = false;
  }

  /** A member knows something new: what it refused it may have now. */
  void news(NodeId node) {
    refused.values().forEach(by -> by.remove(node));
    without.values().forEach(by -> by.remove(node));
  }

  /**
   * All that is wanted now, in order, with the bytes to fetch of each; what was offered before is
   * forgotten.
   */
  void offer(Map<Wanted, Long> wanted) {
    waiting.clear();
    wanted.forEach((key, bytes) -> {
      if (!underWay.contains(key)) {
        waiting.put(key, bytes);
      }
    });
    refused.keySet().retainAll(wanted.keySet());
    without.keySet().retainAll(wanted.keySet());
    inVain.keySet().retainAll(wanted.keySet());
  }

  int waiting() {
    return waiting.size();
  }

  int underWay() {
    return underWay.size();
  }

  Set<Wanted> keysUnderWay() {
    return Set.copyOf(underWay);
  }

  /**
   * What to fetch next, if there is something and someone to ask; it is under way until {@link
   * #ended}.
   */
  Optional<Assignment> next(long now) {
    if (batches >= MAX_UNDER_WAY || waiting.isEmpty()) {
      return Optional.empty();
    }
    List<NodeId> free =
        members.entrySet().stream()
            .filter(e -> free(e.getValue(), now))
            .sorted((a, b) -> Integer.compare(a.getValue().rank, b.getValue().rank))
            .map(Map.Entry::getKey)
            .toList();
    for (NodeId node : free) {
      List<Wanted> batch = batch(node, now);
      if (!batch.isEmpty()) {
        batch.forEach(waiting::remove);
        underWay.addAll(batch);
        batch.forEach(key -> sources.add(key.source()));
        member(node).busy++;
        batches++;
        return Optional.of(new Assignment(node, batch));
      }
    }
    return Optional.empty();
  }

  private static boolean free(Member member, long now) {
    return member.up && member.busy < MAX_AT_A_MEMBER && now - member.notBefore >= 0;
  }

  private List<Wanted> batch(NodeId node, long now) {
    List<Wanted> batch = new ArrayList<>();
    // One content of a file at a time: the next can then build on its bytes.
    Set<FileId> taken = new HashSet<>(sources);
    long bytes = 0;
    for (Map.Entry<Wanted, Long> entry : waiting.entrySet()) {
      if (hasRefused(entry.getKey(), node, now) || !taken.add(entry.getKey().source())) {
        continue;
      }
      bytes += entry.getValue();
      if (!batch.isEmpty() && (bytes > MAX_BATCH_BYTES || batch.size() >= MAX_BATCH)) {
        break;
      }
      batch.add(entry.getKey());
    }
    return batch;
  }

  private boolean hasRefused(Wanted key, NodeId node, long now) {
    Long until = refused.getOrDefault(key, Map.of()).get(node);
    return until != null && now - until < 0;
  }

  /** A member no longer has a content, or gave wrong bytes: for a while it is asked of others. */
  void refuse(NodeId node, Wanted key, long now) {
    refused.computeIfAbsent(key, k -> new HashMap<>()).put(node, now + REFUSED_NANOS);
    without.computeIfAbsent(key, k -> new HashSet<>()).add(node);
    if (allAreWithout(key)) {
      inVain.putIfAbsent(key, now);
    }
  }

  private boolean allAreWithout(Wanted key) {
    Set<NodeId> by = without.getOrDefault(key, Set.of());
    return members.entrySet().stream().allMatch(e -> !e.getValue().up || by.contains(e.getKey()));
  }

  /** What no member in reach has had for {@link #IN_VAIN_NANOS}, longest first. */
  List<Wanted> inVain(long now) {
    List<Wanted> found = new ArrayList<>();
    for (Map.Entry<Wanted, Long> entry : inVain.entrySet()) {
      if (now - entry.getValue() < IN_VAIN_NANOS) {
        break;
      }
      if (allAreWithout(entry.getKey())) {
        found.add(entry.getKey());
      }
    }
    return found;
  }

  /** A content cannot be taken in just now. */
  void postpone(NodeId node, Wanted key, long now) {
    refused.computeIfAbsent(key, k -> new HashMap<>()).put(node, now + POSTPONED_NANOS);
  }

  /** An assignment ended; what of it is still wanted comes with the next {@link #offer}. */
  void ended(Assignment assignment, boolean well, long now) {
    assignment.contents().forEach(underWay::remove);
    assignment.contents().forEach(key -> sources.remove(key.source()));
    batches--;
    Member member = member(assignment.member());
    member.busy--;
    if (!well) {
      member.notBefore = now + PullPlanner.FIRST_WAIT_NANOS;
    }
  }
}
