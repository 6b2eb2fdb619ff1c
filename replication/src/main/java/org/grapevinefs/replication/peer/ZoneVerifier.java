// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.gossip.ZoneId;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.peer.DigestStream.Asked;
import org.grapevinefs.replication.peer.VerifyPage.Finding;
import org.grapevinefs.replication.peer.VerifyPage.Kind;
import org.grapevinefs.replication.peer.proto.Mend;
import org.grapevinefs.replication.peer.proto.Request;
import org.grapevinefs.replication.zone.HeldContents;
import org.grapevinefs.replication.zone.HeldContents.Digest;
import org.grapevinefs.replication.zone.HeldContents.Held;
import org.grapevinefs.replication.zone.HeldContents.Outcome;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what this node's disk holds of a zone with the disks of the other members, digest by
 * digest, and mends what has gone bad: its own files itself, those of others by having them look.
 */
final class ZoneVerifier {
  private static final Logger LOG = LoggerFactory.getLogger(ZoneVerifier.class);
  private static final int MOST_FILES = 256;
  private static final long MOST_BYTES = 256L << 20;
  private static final Duration LEAST_WAIT = Duration.ofMinutes(2);
  private static final long LEAST_BYTES_A_SECOND = 1 << 20;

  private final ZoneId zone;
  private final NodeId self;
  private final ZoneReplica replica;
  private final ZoneAccess access;
  private final VerifyCalls calls;
  private final Consumer<List<Finding>> mendings;

  /**
   * A verifier of one zone.
   *
   * @param mendings hears what was found here at another member's wish
   */
  ZoneVerifier(
      ZoneId zone,
      NodeId self,
      ZoneReplica replica,
      ZoneAccess access,
      VerifyCalls calls,
      Consumer<List<Finding>> mendings) {
    this.zone = zone;
    this.self = self;
    this.replica = replica;
    this.access = access;
    this.calls = calls;
    this.mendings = mendings;
  }

  private HeldContents contents() {
    return replica.heldContents();
  }

  /** Compares the next contents after an id, and mends what is bad, here and elsewhere. */
  VerifyPage page(@Nullable FileId after) throws IOException, InterruptedException {
    List<Held> candidates = contents().after(after, MOST_FILES);
    List<Held> page = new ArrayList<>();
    long bytes = 0;
    FileId next = candidates.size() < MOST_FILES ? null : candidates.getLast().shown();
    for (Held held : candidates) {
      if (!page.isEmpty() && bytes + held.content().size() > MOST_BYTES) {
        next = page.getLast().shown();
        break;
      }
      page.add(held);
      bytes += held.content().size();
    }
    List<Held> filled = page.stream().filter(held -> held.content().size() > 0).toList();
    return compare(filled, true).page(next, page.size(), bytes);
  }

  /** Compares some contents with all others, at another member's wish, and mends only here. */
  Set<Integer> mend(List<Asked> asked) throws IOException, InterruptedException {
    Map<Held, Integer> held = new LinkedHashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      Held one = contents().held(asked.get(i).shown(), asked.get(i).content());
      if (one != null && one.content().size() > 0) {
        held.put(one, i);
      }
    }
    Comparison comparison = compare(List.copyOf(held.keySet()), false);
    mendings.accept(comparison.findings);
    Set<Integer> mended = new TreeSet<>();
    held.forEach((one, index) -> {
      if (comparison.mended.contains(one.shown())) {
        mended.add(index);
      }
    });
    return mended;
  }

  /** What a comparison found. */
  private static final class Comparison {
    final Set<NodeId> members = new TreeSet<>();
    final List<Finding> findings = new ArrayList<>();
    final Set<FileId> mended = new TreeSet<>();
    final Map<FileId, Bytes> good = new HashMap<>();
    long skipped;

    VerifyPage page(@Nullable FileId next, long files, long bytes) {
      return new VerifyPage(next, files, bytes, members, skipped, findings);
    }
  }

  private Comparison compare(List<Held> page, boolean elsewhere)
      throws IOException, InterruptedException {
    Comparison result = new Comparison();
    if (page.isEmpty()) {
      return result;
    }
    List<Asked> asked = page.stream().map(ZoneVerifier::whole).toList();
    Duration patience = patience(page.stream().mapToLong(held -> held.content().size()).sum());
    Map<NodeId, VerifyCalls.Digesting> others = new LinkedHashMap<>();
    for (NodeId member : access.members()) {
      VerifyCalls.Digesting digesting =
          member.equals(self) ? null : calls.digests(zone, member, asked);
      if (digesting != null) {
        others.put(member, digesting);
      }
    }
    List<Digest> mine = new ArrayList<>();
    for (Asked one : asked) {
      mine.add(contents().digest(one.shown(), one.content(), one.stretch()));
    }
    Map<NodeId, List<Digest>> theirs = new LinkedHashMap<>();
    for (Map.Entry<NodeId, VerifyCalls.Digesting> other : others.entrySet()) {
      try {
        theirs.put(other.getKey(), other.getValue().await(patience));
        result.members.add(other.getKey());
      } catch (IOException e) {
        LOG.info("{} compares no bytes: {}", other.getKey().shortForm(), e.getMessage());
      }
    }
    Map<NodeId, List<Held>> bad = new HashMap<>();
    for (int i = 0; i < page.size(); i++) {
      Map<NodeId, Digest> found = new LinkedHashMap<>(Map.of(self, mine.get(i)));
      for (Map.Entry<NodeId, List<Digest>> other : theirs.entrySet()) {
        found.put(other.getKey(), other.getValue().get(i));
      }
      judge(page.get(i), found, result, bad);
    }
    if (elsewhere) {
      for (Map.Entry<NodeId, List<Held>> one : bad.entrySet()) {
        result.findings.addAll(elsewhere(one.getKey(), one.getValue(), result.good));
      }
    }
    return result;
  }

  static Asked whole(Held held) {
    return new Asked(held.shown(), held.content().dot(), new ByteRange(0, held.content().size()));
  }

  static Duration patience(long bytes) {
    return LEAST_WAIT.plusSeconds(bytes / LEAST_BYTES_A_SECOND);
  }

  private void judge(
      Held held, Map<NodeId, Digest> found, Comparison result, Map<NodeId, List<Held>> bad)
      throws InterruptedException {
    Outcome here = found.getOrDefault(self, Digest.without(Outcome.MOVED_ON)).outcome();
    if (here == Outcome.EDITED) {
      result.findings.add(new Finding(held.shown(), Kind.EDITED, List.of(self)));
    }
    if (here == Outcome.EDITED || here == Outcome.MOVED_ON) {
      result.skipped++;
      return;
    }
    Bytes hash = held.content().hash();
    Bytes known = hash != null ? hash : contents().witnessed(held);
    Ballot ballot = Ballot.of(known, found);
    Bytes good = ballot.good();
    if (known == null && good != null && ballot.agreed()) {
      contents().witness(held, good);
    }
    if (ballot.isUnanimous()) {
      return;
    }
    if (good == null) {
      result.findings.add(new Finding(held.shown(), Kind.UNDECIDED, ballot.bad()));
      return;
    }
    result.good.put(held.shown(), good);
    for (NodeId member : ballot.bad()) {
      if (!member.equals(self)) {
        bad.computeIfAbsent(member, m -> new ArrayList<>()).add(held);
      } else if (mended(held, ballot.holders(), good)) {
        result.mended.add(held.shown());
        result.findings.add(new Finding(held.shown(), Kind.MENDED, List.of(self)));
      } else {
        result.findings.add(new Finding(held.shown(), Kind.BAD, List.of(self)));
      }
    }
  }

  private boolean mended(Held held, List<NodeId> holders, Bytes good) throws InterruptedException {
    for (NodeId member : holders) {
      try {
        if (new Repair(zone, contents(), calls, held, member).run(good)) {
          return true;
        }
      } catch (IOException e) {
        LOG.warn("{} was not mended with the bytes of {}", held.shown(), member.shortForm(), e);
      }
    }
    return false;
  }

  /** Has a member look at what seems bad there; it decides by itself. */
  private List<Finding> elsewhere(NodeId member, List<Held> bad, Map<FileId, Bytes> good)
      throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    Mend.Builder mend = Mend.newBuilder().setZone(ByteString.copyFrom(zone.toBytes()));
    bad.forEach(held -> mend.addOf(whole(held).wire()));
    Set<Integer> done = new TreeSet<>();
    try {
      long bytes = bad.stream().mapToLong(held -> held.content().size()).sum();
      calls
          .ask(
              member,
              Request.newBuilder().setMend(mend),
              answer -> done.addAll(answer.getMended().getIndexList()))
          .await(patience(3 * bytes));
    } catch (IOException e) {
      LOG.warn("{} did not mend its files: {}", member.shortForm(), e.getMessage());
    }
    List<Held> left = new ArrayList<>();
    for (int i = 0; i < bad.size(); i++) {
      if (!done.contains(i)) {
        left.add(bad.get(i));
      }
    }
    Set<FileId> stillBad = stillBad(member, left, good);
    for (int i = 0; i < bad.size(); i++) {
      Kind kind = stillBad.contains(bad.get(i).shown()) ? Kind.BAD : Kind.MENDED;
      findings.add(new Finding(bad.get(i).shown(), kind, List.of(member)));
    }
    return findings;
  }

  /**
   * What a member did not mend at this wish it may have mended before, by itself or at another's.
   */
  private Set<FileId> stillBad(NodeId member, List<Held> left, Map<FileId, Bytes> good)
      throws InterruptedException {
    Set<FileId> stillBad = new TreeSet<>();
    left.forEach(held -> stillBad.add(held.shown()));
    if (left.isEmpty()) {
      return stillBad;
    }
    List<Asked> asked = left.stream().map(ZoneVerifier::whole).toList();
    VerifyCalls.Digesting digesting = calls.digests(zone, member, asked);
    if (digesting == null) {
      return stillBad;
    }
    try {
      long bytes = left.stream().mapToLong(held -> held.content().size()).sum();
      List<Digest> now = digesting.await(patience(bytes));
      for (int i = 0; i < left.size(); i++) {
        FileId shown = left.get(i).shown();
        if (now.get(i).outcome() == Outcome.READ
            && Objects.equals(now.get(i).sha256(), good.get(shown))) {
          stillBad.remove(shown);
        }
      }
    } catch (IOException e) {
      LOG.warn("{} does not tell what it mended: {}", member.shortForm(), e.getMessage());
    }
    return stillBad;
  }
}
