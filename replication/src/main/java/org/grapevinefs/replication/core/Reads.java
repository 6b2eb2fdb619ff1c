// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.grapevinefs.replication.proto.ContentRecord;
import org.grapevinefs.replication.proto.EntriesRecord;
import org.grapevinefs.replication.proto.EntryRecord;
import org.grapevinefs.replication.proto.InodeRecord;
import org.jspecify.annotations.Nullable;

/** The tables of a store as values. As thread-safe as the reader below. */
final class Reads {

  private static final byte[] NO_PREFIX = {};

  /** Who asks for fewer names is not listing. */
  private static final int LEAST_LISTED = 9;

  private final ReplicaStore.Reader reader;
  private final BooleanSupplier anyConflicts;
  private final Rows.Source known;
  private final @Nullable Listings listings;

  /**
   * Reads through a reader.
   *
   * @param anyConflicts whether there may be names on disk that were computed
   */
  Reads(ReplicaStore.Reader reader, BooleanSupplier anyConflicts) {
    this(reader, anyConflicts, Rows.Source.NONE, null);
  }

  /**
   * Reads through a reader what is not known already.
   *
   * @param known rows of the state that is read
   * @param listings whole directories of the state that is read; null for none
   */
  Reads(
      ReplicaStore.Reader reader,
      BooleanSupplier anyConflicts,
      Rows.Source known,
      @Nullable Listings listings) {
    this.reader = reader;
    this.anyConflicts = anyConflicts;
    this.known = known;
    this.listings = listings;
  }

  /** A change attribute and the number of subdirectories. */
  record Local(long tick, int subdirectories) {
    byte[] toBytes() {
      return ByteBuffer.allocate(13)
          .put(Codec.VERSION)
          .putLong(tick)
          .putInt(subdirectories)
          .array();
    }

    static Local of(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      if (bytes.length != 13 || buffer.get() != Codec.VERSION) {
        throw Codec.malformed("local");
      }
      return new Local(buffer.getLong(), buffer.getInt());
    }
  }

  ReplicaStore.Reader raw() {
    return reader;
  }

  boolean has(Table table, FileId id) {
    return reader.get(table, id.toBytes()) != null;
  }

  @Nullable Inode inode(FileId id) {
    byte[] bytes = reader.get(Table.INODE, id.toBytes());
    return bytes == null ? null : inode(bytes);
  }

  static Inode inode(byte[] bytes) {
    Inode inode = RowDecoder.inode(bytes);
    return inode != null ? inode : Codec.inode(Codec.parsed(InodeRecord.parser(), bytes));
  }

  List<FileId> claimants(FileId parent, EntryName name) {
    List<FileId> ids = new ArrayList<>(1);
    byte[] prefix = Keys.claims(parent, name);
    try (ReplicaStore.Cursor cursor = reader.scan(Table.CLAIM, prefix)) {
      while (cursor.next()) {
        ids.add(Keys.claimant(cursor.key()));
      }
    }
    return ids;
  }

  boolean anyClaim(FileId parent, Predicate<FileId> test) {
    try (ReplicaStore.Cursor cursor = reader.scan(Table.CLAIM, parent.toBytes())) {
      while (cursor.next()) {
        if (test.test(Keys.claimant(cursor.key()))) {
          return true;
        }
      }
      return false;
    }
  }

  /** The ids with a claim in a directory; one with several is there several times. */
  List<FileId> claimsIn(FileId parent) {
    List<FileId> ids = new ArrayList<>();
    anyClaim(parent, id -> !ids.add(id));
    return ids;
  }

  List<Entry> placed(FileId shown) {
    long stamp = known.stamp();
    List<Entry> placed = known.rows(shown).placed();
    if (placed == null) {
      byte[] bytes = reader.get(Table.PLACED, shown.toBytes());
      placed = bytes == null ? List.of() : entries(bytes);
      known.learn(shown, Rows.placed(placed), stamp);
    }
    return placed;
  }

  private static List<Entry> entries(byte[] bytes) {
    List<Entry> entries = RowDecoder.entries(bytes);
    if (entries != null) {
      return entries;
    }
    EntriesRecord record = Codec.parsed(EntriesRecord.parser(), bytes);
    return record.getEntriesList().stream().map(Reads::entry).toList();
  }

  /** All entries on disk that come from an inode: its own and its siblings'. */
  List<Entry> placedFrom(FileId source) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : placed(source)) {
      if (entry.source().equals(source)) {
        entries.add(entry);
      }
    }
    for (FileId sibling : siblings(source)) {
      for (Entry entry : placed(sibling)) {
        if (entry.source().equals(source)) {
          entries.add(entry);
        }
      }
    }
    return entries;
  }

  /** The ids of an inode's siblings that are on disk. */
  List<FileId> siblings(FileId source) {
    if (!anyConflicts.getAsBoolean()) {
      return List.of();
    }
    List<FileId> ids = new ArrayList<>(0);
    try (ReplicaStore.Cursor cursor = reader.scan(Table.SIBLING, source.toBytes())) {
      while (cursor.next()) {
        ids.add(Keys.claimant(cursor.key()));
      }
    }
    return ids;
  }

  static byte[] entries(List<Entry> entries) {
    EntriesRecord.Builder builder = EntriesRecord.newBuilder();
    entries.forEach(entry -> builder.addEntries(record(entry)));
    return Codec.stored(builder.build());
  }

  static byte[] stored(Entry entry) {
    return Codec.stored(record(entry));
  }

  private static EntryRecord record(Entry entry) {
    EntryRecord.Builder builder =
        EntryRecord.newBuilder()
            .setDirectory(Codec.id(entry.directory()))
            .setName(com.google.protobuf.ByteString.copyFrom(entry.name().toBytes()))
            .setCookie(entry.cookie())
            .setShown(Codec.id(entry.shown()))
            .setSource(Codec.id(entry.source()))
            .setType(Codec.typeNumber(entry.type()))
            .setLink(Codec.link(entry.link()));
    Dot content = entry.content();
    return (content == null ? builder : builder.setContent(Codec.dot(content))).build();
  }

  private static Entry entry(byte[] bytes) {
    Entry entry = RowDecoder.entry(bytes);
    return entry != null ? entry : entry(Codec.parsed(EntryRecord.parser(), bytes));
  }

  private static Entry entry(EntryRecord record) {
    return new Entry(
        Codec.id(record.getDirectory()),
        EntryName.of(record.getName().toByteArray()),
        record.getCookie(),
        Codec.id(record.getShown()),
        Codec.id(record.getSource()),
        Codec.type(record.getType()),
        Codec.link(record.getLink()),
        record.hasContent() ? Codec.dot(record.getContent()) : null);
  }

  /** What a slot of a directory's hash table holds. */
  private record Slot(@Nullable Entry entry, boolean grave) {}

  private Slot slot(FileId directory, long cookie) {
    byte[] bytes = reader.get(Table.CHILD, Keys.child(directory, cookie));
    if (bytes == null) {
      return new Slot(null, false);
    }
    if (bytes.length == 1) {
      return new Slot(null, true);
    }
    return new Slot(entry(bytes), false);
  }

  /** The natural cookie of a name: over 2, below 2^63, leaving room to probe on. */
  static long naturalCookie(EntryName name) {
    return (Hash64.of(name.toBytes()) & Long.MAX_VALUE >>> 1) + 3;
  }

  @Nullable Entry lookup(FileId directory, EntryName name) {
    for (long cookie = naturalCookie(name); ; cookie++) {
      Slot slot = slot(directory, cookie);
      Entry entry = slot.entry();
      if (entry == null && !slot.grave()) {
        return null;
      }
      if (entry != null && entry.name().equals(name)) {
        return entry;
      }
    }
  }

  /** The first slot where a name that is not there may go. */
  long freeCookie(FileId directory, EntryName name) {
    long cookie = naturalCookie(name);
    while (slot(directory, cookie).entry() != null) {
      cookie++;
    }
    return cookie;
  }

  /**
   * Whether a slot must stay marked when its entry goes, since the next may have probed past it.
   */
  boolean isProbedPast(FileId directory, long cookie) {
    Slot next = slot(directory, cookie + 1);
    return next.entry() != null || next.grave();
  }

  List<Entry> children(FileId directory, long afterCookie, int most) {
    if (listings == null) {
      return walk(directory, afterCookie, most);
    }
    List<Entry> all = listings.get(directory);
    if (all == null && afterCookie == 0 && most >= LEAST_LISTED) {
      long stamp = listings.stamp(directory);
      int ahead = Listings.MOST_OF_ONE + 1;
      all = walk(directory, 0, Math.max(ahead, most));
      if (all.size() < ahead) {
        listings.put(directory, all, stamp);
      }
    }
    return all == null
        ? walk(directory, afterCookie, most)
        : Listings.after(all, afterCookie, most);
  }

  private List<Entry> walk(FileId directory, long afterCookie, int most) {
    List<Entry> entries = new ArrayList<>();
    byte[] from = Keys.child(directory, afterCookie + 1);
    try (ReplicaStore.Cursor cursor = reader.scan(Table.CHILD, directory.toBytes(), from)) {
      while (entries.size() < most && cursor.next()) {
        byte[] value = cursor.value();
        if (value.length > 1) {
          entries.add(entry(value));
        }
      }
    }
    return entries;
  }

  Content.@Nullable Regular held(FileId shown) {
    long stamp = known.stamp();
    Rows.Known<Content.Regular> held = known.rows(shown).held();
    if (held == null) {
      byte[] bytes = reader.get(Table.HELD, shown.toBytes());
      held = new Rows.Known<>(bytes == null ? null : held(bytes));
      known.learn(shown, Rows.held(held.value()), stamp);
    }
    return held.value();
  }

  private static Content.Regular held(byte[] bytes) {
    Content known = RowDecoder.content(bytes);
    Content content =
        known != null ? known : Codec.content(Codec.parsed(ContentRecord.parser(), bytes));
    if (content instanceof Content.Regular regular) {
      return regular;
    }
    throw Codec.malformed("held");
  }

  @Nullable Local local(FileId id) {
    long stamp = known.stamp();
    Rows.Known<Local> local = known.rows(id).local();
    if (local == null) {
      byte[] bytes = reader.get(Table.LOCAL, id.toBytes());
      local = new Rows.Known<>(bytes == null ? null : Local.of(bytes));
      known.learn(id, Rows.local(local.value()), stamp);
    }
    return local.value();
  }

  /** The first ids of a table whose keys are ids. */
  List<FileId> ids(Table table, int most) {
    List<FileId> ids = new ArrayList<>();
    try (ReplicaStore.Cursor cursor = reader.scan(table, NO_PREFIX)) {
      while (ids.size() < most && cursor.next()) {
        ids.add(FileId.of(cursor.key()));
      }
    }
    return ids;
  }

  /** The first ids of a table whose keys are ids, after one. */
  List<FileId> idsAfter(Table table, FileId after, int most) {
    List<FileId> ids = new ArrayList<>();
    try (ReplicaStore.Cursor cursor = reader.scan(table, NO_PREFIX, after.toBytes())) {
      while (ids.size() < most && cursor.next()) {
        FileId id = FileId.of(cursor.key());
        if (!id.equals(after)) {
          ids.add(id);
        }
      }
    }
    return ids;
  }

  ReplicaStore.Cursor all(Table table) {
    return reader.scan(table, NO_PREFIX);
  }
}
