// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.grapevinefs.replication.proto.KnowledgeRecord;
import org.grapevinefs.replication.proto.LinkRecord;
import org.grapevinefs.replication.proto.StateRecord;
import org.jspecify.annotations.Nullable;

/** The rows of the META and ODD tables that hold a {@link State}: only what changed is written. */
final class StateRows {

  private static final char KNOWN = 'K';
  private static final char NAME = 'N';
  private static final byte[] HORIZON = {'H'};
  private static final byte[] STATE = {'S'};
  private static final byte[] BYTES_ON_DISK = {'B'};
  private static final byte[] INSTALLING = {'I'};
  private static final byte[] INSTALLED = {'J'};

  private final State before;

  StateRows(State before) {
    this.before = before;
  }

  void write(State now, Overlay overlay) {
    if (!now.knowledge.equals(before.knowledge)) {
      writeKnowledge(now, overlay);
    }
    if (!now.horizon.equals(before.horizon)) {
      overlay.put(Table.META, HORIZON, Codec.stored(Codec.knowledge(now.horizon)));
    }
    if (!now.names.equals(before.names)) {
      now.names.forEach(
          (origin, node) -> overlay.put(Table.META, key(NAME, origin), Keys.text(node)));
    }
    if (now.bytesOnDisk != before.bytesOnDisk) {
      overlay.put(Table.META, BYTES_ON_DISK, Keys.number(now.bytesOnDisk));
    }
    if (!Objects.equals(now.installing, before.installing)) {
      writeInstallation(now.installing, overlay);
    }
    overlay.put(Table.META, STATE, record(now, false));
  }

  private void writeInstallation(@Nullable Installation now, Overlay overlay) {
    if (now == null) {
      overlay.delete(Table.META, INSTALLING);
      overlay.delete(Table.META, INSTALLED);
      return;
    }
    if (before.installing == null) {
      overlay.put(Table.META, INSTALLING, now.whole());
    }
    overlay.put(Table.META, INSTALLED, now.progress());
  }

  private void writeKnowledge(State now, Overlay overlay) {
    Origin own = now.origin;
    if (now.knowledge.size() == before.knowledge.size()
        && now.knowledge.get(own) != before.knowledge.get(own)
        && now.knowledge.sum() - before.knowledge.sum()
            == now.knowledge.get(own) - before.knowledge.get(own)) {
      overlay.put(Table.META, key(KNOWN, own), Keys.number(now.knowledge.get(own)));
      return;
    }
    for (Origin origin : before.knowledge.asMap().keySet()) {
      if (now.knowledge.get(origin) == 0) {
        overlay.delete(Table.META, key(KNOWN, origin));
      }
    }
    now.knowledge
        .asMap()
        .forEach((origin, seq) -> {
          if (before.knowledge.get(origin) != seq) {
            overlay.put(Table.META, key(KNOWN, origin), Keys.number(seq));
          }
        });
  }

  private static byte[] key(char kind, Origin origin) {
    return Keys.prefixed(kind, Keys.number(origin.value()));
  }

  private static byte[] record(State state, boolean clean) {
    return Codec.stored(
        StateRecord.newBuilder()
            .setOrigin(state.origin.value())
            .setClean(clean)
            .setClock(state.clock)
            .setTick(state.tick)
            .setStateDigest(state.digest)
            .setFiles(state.files)
            .setBytes(state.bytes)
            .setConflicts(state.conflicts)
            .setIntents(state.intents)
            .build());
  }

  /** The batch that says how the replica was left. */
  static Batch stopped(State state, boolean clean) {
    return new Batch().put(Table.META, STATE, record(state, clean));
  }

  /**
   * What was stored.
   *
   * @param clean whether the replica was stopped cleanly
   */
  record Loaded(State state, boolean clean) {}

  static @Nullable Loaded load(Reads reads) {
    byte[] bytes = reads.raw().get(Table.META, STATE);
    if (bytes == null) {
      return null;
    }
    StateRecord record = Codec.parsed(StateRecord.parser(), bytes);
    State state = new State(new Origin(record.getOrigin()));
    state.clock = record.getClock();
    state.tick = record.getTick();
    state.digest = record.getStateDigest();
    state.files = record.getFiles();
    state.bytes = record.getBytes();
    state.conflicts = record.getConflicts();
    state.intents = record.getIntents();
    loadMeta(reads, state);
    byte[] installing = reads.raw().get(Table.META, INSTALLING);
    if (installing != null) {
      state.installing = Installation.of(installing, reads.raw().get(Table.META, INSTALLED));
    }
    loadOdd(reads, state);
    try (ReplicaStore.Cursor cursor = reads.all(Table.INTENT)) {
      while (cursor.next()) {
        state.intents = Math.max(state.intents, Keys.number(cursor.key(), 0));
      }
    }
    state.pending = count(reads, Table.PENDING);
    state.unsettled = count(reads, Table.UNSETTLED);
    return new Loaded(state, record.getClean());
  }

  private static void loadMeta(Reads reads, State state) {
    Map<Origin, Long> known = new TreeMap<>();
    Map<Origin, String> names = new TreeMap<>();
    try (ReplicaStore.Cursor cursor = reads.all(Table.META)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        if (key[0] == KNOWN) {
          known.put(new Origin(Keys.number(key, 1)), Keys.number(cursor.value(), 0));
        } else if (key[0] == NAME) {
          names.put(
              new Origin(Keys.number(key, 1)),
              new String(cursor.value(), java.nio.charset.StandardCharsets.UTF_8));
        } else if (key[0] == BYTES_ON_DISK[0]) {
          state.bytesOnDisk = Keys.number(cursor.value(), 0);
        } else if (key[0] == HORIZON[0]) {
          state.horizon = Codec.knowledge(Codec.parsed(KnowledgeRecord.parser(), cursor.value()));
        }
      }
    }
    state.knowledge = Knowledge.of(known);
    state.names = State.names(names);
  }

  private static void loadOdd(Reads reads, State state) {
    state.missing = new HashSet<>();
    state.revived = new HashSet<>();
    state.merged = new HashSet<>();
    state.aliases = new HashMap<>();
    state.undone = new HashMap<>();
    try (ReplicaStore.Cursor cursor = reads.all(Table.ODD)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        FileId id = FileId.of(java.util.Arrays.copyOfRange(key, 1, key.length));
        switch (key[0]) {
          case 'x' -> state.missing.add(id);
          case 'r' -> state.revived.add(id);
          case 'm' -> state.merged.add(id);
          case 'a' -> state.aliases.put(id, FileId.of(cursor.value()));
          case 'u' ->
              state.undone.put(id, Codec.link(Codec.parsed(LinkRecord.parser(), cursor.value())));
          default -> throw Codec.malformed("odd row " + key[0]);
        }
      }
    }
  }

  private static long count(Reads reads, Table table) {
    long count = 0;
    try (ReplicaStore.Cursor cursor = reads.all(table)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }
}
