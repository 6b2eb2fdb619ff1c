// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Three replicas of a zone in memory, that pull from each other when told to. */
abstract class ThreeReplicas {

  static final AttrsChange OWNED = AttrsChange.owned(0644, 1, 1);
  static final Timestamp TIME = new Timestamp(1_700_000_000, 0);
  static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  static final EntryName NAME = EntryName.of("a");

  /** How far a replica's clock is off. */
  final Map<String, Duration> skew = new HashMap<>();

  private Random random = new Random(5);
  Replica left = open("left");
  Replica right = open("right");
  Replica third = open("third");

  private Replica open(String name) {
    InstantSource clock = () -> NOW.plus(skew.getOrDefault(name, Duration.ZERO));
    return Replica.open(new MemoryStore(), name, clock, random, Limits.DEFAULT, true);
  }

  /** Three new ones, whose ids and origins come from another seed. */
  final void restart(int seed) {
    random = new Random(seed);
    left = open("left");
    right = open("right");
    third = open("third");
  }

  static FileId make(Replica replica, FileId in, String name, NewContent content) {
    FileId id = replica.newId();
    replica.create(id, in, EntryName.of(name), content, OWNED, 0);
    return id;
  }

  static void write(Replica replica, FileId id, long from, long size) {
    List<ByteRange> written = from == size ? List.of() : List.of(ByteRange.between(from, size));
    replica.version(id, size, TIME, List.of(), written, null, true, 0);
  }

  static void take(Replica to, Replica from) {
    Knowledge asked = to.knowledge();
    try (Answer answer = from.answer(asked, false);
        PullSession session = to.begin(answer.header(), asked)) {
      while (answer.hasNext()) {
        session.add(answer.header().response(), answer.next());
      }
      session.commit();
    }
  }

  static void pull(Replica to, Replica from) {
    take(to, from);
    new FakeDisk(to).settleAll();
  }

  /** An answer that lacks its records, and says that this is all. */
  static void believe(Replica to, Knowledge knowledge) {
    var header =
        new PullHeader(1, knowledge, Map.of(), Knowledge.NONE, PullHeader.Mode.DELTA, 0, 0);
    try (PullSession session = to.begin(header, to.knowledge())) {
      session.commit();
    }
  }

  /** A record from one who knows what is known here, and a change more. */
  static void takeIn(Replica to, Inode inode, Dot change) {
    Knowledge theirs = to.knowledge().with(change);
    var header = new PullHeader(1, theirs, Map.of(), Knowledge.NONE, PullHeader.Mode.DELTA, 1, 0);
    try (PullSession session = to.begin(header, to.knowledge())) {
      session.add(1, inode);
      session.commit();
    }
  }

  /** Until all know the same; it must then be the same state and the same names. */
  void level() {
    List<Replica> all = List.of(left, right, third);
    for (int round = 0; round < 3; round++) {
      for (Replica to : all) {
        all.stream().filter(from -> from != to).forEach(from -> pull(to, from));
      }
    }
    for (Replica replica : all) {
      assertThat(replica.knowledge()).isEqualTo(left.knowledge());
      assertThat(replica.stateDigest()).isEqualTo(left.stateDigest());
      assertThat(new TreeView(replica.inodes(), replica.originNames()).paths())
          .isEqualTo(new TreeView(left.inodes(), left.originNames()).paths());
      assertThat(replica.counts().unsettled()).isZero();
    }
  }
}
