// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.grapevinefs.replication.core.Answer;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.Origin;
import org.grapevinefs.replication.core.Place;
import org.grapevinefs.replication.core.PullHeader;
import org.grapevinefs.replication.core.PullResult;
import org.grapevinefs.replication.core.PullSession;
import org.grapevinefs.replication.core.Removals;
import org.grapevinefs.replication.core.ReplicaException;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say to each other: heartbeats that may be lost, and pulls over streams that may break
 * off after any record. The traps of {@link Mutant} are set here.
 */
final class Sessions {

  /** The property that is checked last, since it is not about what people see. */
  static final String JOINED = "whole answers are joined";

  private static final long RECORD_MICROS = 2_000;

  private final World world;
  private final Map<Long, List<Inode>> leftOver = new HashMap<>();
  private long pulls;
  private @Nullable Violation late;

  Sessions(World world) {
    this.world = world;
  }

  /** The number of pulls asked for so far. */
  long pulls() {
    return pulls;
  }

  /**
   * Checks what shows only within: that each whole answer was joined, knowledge and horizon. Last,
   * so that a bug is found by what people would see of it, where they would.
   */
  void check() {
    if (late != null) {
      throw late;
    }
  }

  private void checkJoined(SimNode self, PullHeader told) {
    if (!self.replica().knowledge().includes(told.knowledge())
        || !self.replica().horizon().includes(told.horizon())) {
      late = new Violation(JOINED, self + " did not join all of " + told);
    }
  }

  /** One node tells another what it knows. */
  void heartbeat(SimNode from, SimNode to) {
    if (!world.membership.isMember(from) || !world.membership.isMember(to)) {
      return;
    }
    from.replica().sync();
    Knowledge told = from.replica().announced();
    if (world.is(Mutant.TOLD_BEFORE_ON_DISK)) {
      told = from.replica().knowledge();
    }
    Knowledge knowledge = told;
    long state = from.replica().stateDigest();
    world.network.send(from.number, to.number, () -> heard(to, from, knowledge, state));
  }

  private void heard(SimNode self, SimNode other, Knowledge knowledge, long state) {
    self.replica().peerKnows(other.name, knowledge);
    Knowledge mine = self.replica().knowledge();
    if (mine.equals(knowledge)) {
      if (self.replica().stateDigest() != state) {
        throw new Violation(
            "equal knowledge, equal state",
            "%s and %s know the same, but have%s".formatted(self, other, differences(self, other)));
      }
      return;
    }
    if (mine.digest() == knowledge.digest()) {
      throw new Violation("digests tell states apart", mine + " and " + knowledge);
    }
    if (!mine.includes(knowledge)) {
      ask(self, other);
    }
  }

  private void ask(SimNode self, SimNode other) {
    pulls++;
    self.replica().sync();
    Knowledge mine = self.replica().knowledge();
    int incarnation = self.incarnation();
    world.network.send(self.number, other.number, () -> answer(other, self, mine, incarnation));
  }

  /** One content that rides along. */
  private record Inline(Dot content, int[] cells) {}

  private record Message(Inode record, List<Inline> contents) {}

  private void answer(SimNode self, SimNode asker, Knowledge theirs, int incarnation) {
    self.replica().peerKnows(asker.name, theirs);
    if (self.replica().isInstalling()) {
      world.tell("%s puts %s off", self.name, asker.name);
      return;
    }
    List<Message> messages = new ArrayList<>();
    PullHeader header;
    try (Answer answer = self.replica().answer(theirs, false)) {
      header = answer.header();
      boolean short_ = world.is(Mutant.DELTA_AFTER_PURGE) && header.mode() == PullHeader.Mode.FULL;
      while (answer.hasNext()) {
        Inode inode = answer.next();
        if (isLeftOut(inode)) {
          continue;
        }
        if (!short_ || inode.dots().stream().anyMatch(dot -> !theirs.covers(dot))) {
          messages.add(new Message(sent(inode), inline(self, answer, inode)));
        }
      }
      if (short_) {
        header =
            with(
                header,
                header.knowledge(),
                header.horizon(),
                PullHeader.Mode.DELTA,
                messages.size());
      }
    }
    header = altered(header, messages.size());
    self.absorb();
    if (self.replica().origin().value() == 0) {
      throw new IllegalStateException("no origin");
    }
    world.tell(
        "%s answers %s: %s of %d", self.name, asker.name, header.mode().name(), header.count());
    PullHeader told = header;
    if (world.is(Mutant.KNOWLEDGE_AFTER_SNAPSHOT)) {
      world.schedule.after(
          50_000,
          () -> {
            self.replica().sync();
            Knowledge late = self.replica().knowledge();
            stream(
                self,
                asker,
                with(told, late, told.horizon(), told.mode(), told.count()),
                messages,
                incarnation);
          });
    } else {
      stream(self, asker, told, messages, incarnation);
    }
  }

  private boolean isLeftOut(Inode inode) {
    return (world.is(Mutant.TOMBSTONES_NOT_TOLD) && !inode.isAlive())
        || (world.is(Mutant.RECORD_LEFT_OUT) && world.onceIn(5));
  }

  /** The header as a mutant would have it. */
  private PullHeader altered(PullHeader header, int count) {
    Map<Origin, String> names = world.is(Mutant.NAMES_NOT_TOLD) ? Map.of() : header.names();
    return new PullHeader(
        header.response(),
        header.knowledge(),
        names,
        header.horizon(),
        header.mode(),
        count,
        header.stateDigest());
  }

  private Inode sent(Inode inode) {
    if (world.is(Mutant.ATTRIBUTES_NOT_TOLD)) {
      return new Inode(
          inode.id(), inode.type(), inode.created(), inode.places(), List.of(), inode.contents());
    }
    List<Place> places = inode.places().stream().map(place -> sent(place, inode)).toList();
    if (!places.equals(inode.places())) {
      return new Inode(
          inode.id(), inode.type(), inode.created(), places, inode.attrs(), inode.contents());
    }
    if (!world.is(Mutant.LAST_WRITER_WINS) || inode.contents().size() < 2) {
      return inode;
    }
    Content latest = inode.contents().getFirst();
    for (Content content : inode.contents()) {
      latest = content.isLaterThan(latest) ? content : latest;
    }
    return new Inode(
        inode.id(), inode.type(), inode.created(), inode.places(), inode.attrs(), List.of(latest));
  }

  private Place sent(Place place, Inode inode) {
    return switch (world.mutant) {
      case DELETION_TAKES_ALL -> takingAll(place, inode);
      case WAYS_BACK_NOT_TOLD ->
          place instanceof Place.Live live
              ? new Place.Live(live.dot(), live.clock(), live.links(), List.of())
              : place;
      case SECOND_NAMES_NOT_TOLD ->
          place instanceof Place.Live live
              ? new Place.Live(
                  live.dot(), live.clock(), live.links().subList(0, 1), live.previous())
              : place;
      default -> place;
    };
  }

  private static Place takingAll(Place place, Inode inode) {
    Set<Dot> all = new HashSet<>();
    inode.contents().forEach(content -> all.add(content.dot()));
    return place instanceof Place.Deleted gone
        ? new Place.Deleted(gone.dot(), gone.clock(), gone.links(), all)
        : place;
  }

  private static PullHeader with(
      PullHeader header, Knowledge knowledge, Knowledge horizon, PullHeader.Mode mode, long count) {
    return new PullHeader(
        header.response(), knowledge, header.names(), horizon, mode, count, header.stateDigest());
  }

  private List<Inline> inline(SimNode self, Answer answer, Inode inode) {
    List<Inline> contents = new ArrayList<>();
    if (inode.type() != FileType.REGULAR || world.onceIn(3)) {
      return contents;
    }
    Content.Regular held = answer.held(inode.id());
    int[] cells = self.bytes(inode.id());
    if (held != null && cells != null && inode.content(held.dot()) != null) {
      contents.add(new Inline(held.dot(), cells.clone()));
    }
    return contents;
  }

  /** The asker's side of one stream. */
  private static final class Incoming {
    final SimNode self;
    final PullSession session;
    final int incarnation;
    final Map<Dot, int[]> contents = new HashMap<>();
    final List<Inode> records = new ArrayList<>();
    boolean over;

    Incoming(SimNode self, PullSession session, int incarnation) {
      this.self = self;
      this.session = session;
      this.incarnation = incarnation;
    }
  }

  private void stream(
      SimNode from, SimNode to, PullHeader header, List<Message> messages, int incarnation) {
    int breaks = breaksAt(messages.size());
    long at = RECORD_MICROS;
    Incoming[] incoming = new Incoming[1];
    boolean apart = world.swarm.reorders() && world.onceIn(2);
    world.schedule.after(at, () -> incoming[0] = begin(from, to, header, incarnation));
    for (int i = 0; i < messages.size() && i < breaks; i++) {
      at += apart ? world.random.nextInt(60_000) : 1;
      Message message = messages.get(i);
      world.schedule.after(at, () -> take(incoming[0], message));
    }
    boolean broken = breaks < messages.size();
    world.schedule.after(at + RECORD_MICROS, () -> end(incoming[0], header, broken));
  }

  private int breaksAt(int count) {
    boolean breaks =
        !world.network.isHealed() && world.random.nextInt(1_000) < world.swarm.lossPerMille();
    return breaks && count > 0 ? world.random.nextInt(count) : Integer.MAX_VALUE;
  }

  private @Nullable Incoming begin(SimNode from, SimNode to, PullHeader header, int incarnation) {
    if (to.incarnation() != incarnation || to.replica().isInstalling()) {
      return null;
    }
    PullHeader taken = header;
    boolean full = header.mode() == PullHeader.Mode.FULL;
    if (world.is(Mutant.HORIZON_NOT_JOINED)
        || (world.is(Mutant.HORIZON_JOINED_ON_FULL_ONLY) && !full)) {
      taken = with(taken, taken.knowledge(), Knowledge.NONE, taken.mode(), taken.count());
    }
    if (world.is(Mutant.FULL_TAKEN_AS_DELTA)) {
      taken = with(taken, taken.knowledge(), taken.horizon(), PullHeader.Mode.DELTA, taken.count());
    }
    PullSession session = to.replica().begin(taken);
    to.absorb();
    Incoming incoming = new Incoming(to, session, incarnation);
    if (world.is(Mutant.RESPONSES_MIXED)) {
      List<Inode> old = leftOver.remove(to.number * 64L + from.number);
      for (Inode inode : old == null ? List.<Inode>of() : old) {
        boolean known = inode.dots().stream().allMatch(header.knowledge()::covers);
        if (known && incoming.records.size() < header.count()) {
          session.add(header.response(), inode);
          incoming.records.add(inode);
        }
      }
    }
    return incoming;
  }

  private void take(@Nullable Incoming incoming, Message message) {
    if (incoming == null || incoming.over || stale(incoming)) {
      return;
    }
    SimNode self = incoming.self;
    PullHeader header = incoming.session.header();
    if (incoming.records.size() >= header.count()) {
      return;
    }
    message.contents().forEach(one -> incoming.contents.put(one.content(), one.cells()));
    if (world.is(Mutant.KNOWLEDGE_PER_RECORD) && header.mode() == PullHeader.Mode.DELTA) {
      PullHeader one = with(header, header.knowledge(), header.horizon(), header.mode(), 1);
      PullSession single = self.replica().begin(one);
      single.add(header.response(), message.record());
      single.commit();
      self.absorb();
    }
    incoming.session.add(header.response(), message.record());
    incoming.records.add(message.record());
  }

  private boolean stale(Incoming incoming) {
    return incoming.self.incarnation() != incoming.incarnation;
  }

  private void end(@Nullable Incoming incoming, PullHeader header, boolean broken) {
    if (incoming == null || incoming.over || stale(incoming)) {
      return;
    }
    incoming.over = true;
    SimNode self = incoming.self;
    if (broken && world.is(Mutant.SESSION_ENDED_SHORT)) {
      int count = incoming.records.size();
      PullSession session =
          self.replica()
              .begin(with(header, header.knowledge(), header.horizon(), header.mode(), count));
      incoming.records.forEach(record -> session.add(header.response(), record));
      session.commit();
      self.absorb();
      return;
    }
    if (broken && world.is(Mutant.RESPONSES_MIXED)) {
      for (SimNode node : world.nodes) {
        leftOver.put(self.number * 64L + node.number, List.copyOf(incoming.records));
      }
    }
    if (incoming.records.size() < header.count()) {
      refuseShort(incoming);
      return;
    }
    boolean more;
    try {
      more = merged(incoming).more();
    } catch (ReplicaException e) {
      if (e.reason() != ReplicaException.Reason.BUSY) {
        throw e;
      }
      incoming.session.close();
      return;
    }
    self.absorb();
    self.staged.putAll(incoming.contents);
    if (more) {
      world.tell("%s merges %d records piece by piece", self.name, incoming.records.size());
      self.install();
      return;
    }
    checkJoined(self, header);
    world.tell("%s merged %d records", self.name, incoming.records.size());
  }

  /** Merges, and checks that it removes what could be foretold. */
  private static PullResult merged(Incoming incoming) {
    Removals.Found foretold = null;
    try (Removals removals = incoming.session.removals()) {
      foretold = removals == null ? null : removals.count();
    }
    PullResult result = incoming.session.commit();
    if (foretold != null && !result.more() && foretold.removed() != result.removed()) {
      throw new Violation(
          "removals are foretold",
          "%s was to lose %s, and lost %d".formatted(incoming.self, foretold, result.removed()));
    }
    return result;
  }

  /** What came short must be refused, and change nothing. */
  private void refuseShort(Incoming incoming) {
    Knowledge before = incoming.self.replica().knowledge();
    try {
      incoming.session.commit();
    } catch (ReplicaException e) {
      if (incoming.self.replica().knowledge().equals(before)) {
        world.tell("%s threw %d records away", incoming.self.name, incoming.records.size());
        return;
      }
    }
    throw new Violation("whole answers only", incoming.self + " took an answer that came short");
  }

  /** Where the registers of two nodes differ, for people. */
  static String differences(SimNode self, SimNode other) {
    Map<FileId, Inode> mine = alive(self);
    Map<FileId, Inode> theirs = alive(other);
    StringBuilder text = new StringBuilder();
    mine.forEach((id, inode) -> {
      Inode there = theirs.remove(id);
      if (!inode.equals(there)) {
        text.append("%n  %s%n  %s".formatted(inode, other.replica().inode(id)));
      }
    });
    theirs.forEach(
        (id, inode) -> text.append("%n  %s%n  %s".formatted(self.replica().inode(id), inode)));
    return text.toString();
  }

  /**
   * Deletions that a live place beats, and what they had seen, may have been purged on one node and
   * not on another.
   */
  private static Inode withoutBeaten(Inode inode) {
    Set<Dot> seen = new HashSet<>();
    List<Place> live = new ArrayList<>();
    for (Place place : inode.places()) {
      switch (place) {
        case Place.Live one -> live.add(one);
        case Place.Deleted gone -> seen.addAll(gone.seen());
      }
    }
    if (live.isEmpty() || seen.isEmpty()) {
      return inode;
    }
    List<Content> unseen =
        inode.contents().stream().filter(content -> !seen.contains(content.dot())).toList();
    List<Content> contents = unseen.isEmpty() ? inode.contents() : unseen;
    return new Inode(inode.id(), inode.type(), inode.created(), live, inode.attrs(), contents);
  }

  /** The inodes of a node, for whoever compares. */
  static Map<FileId, Inode> alive(SimNode node) {
    Map<FileId, Inode> alive = new HashMap<>();
    node.replica().inodes().stream()
        .filter(Inode::isAlive)
        .forEach(inode -> alive.put(inode.id(), withoutBeaten(inode)));
    return alive;
  }
}
