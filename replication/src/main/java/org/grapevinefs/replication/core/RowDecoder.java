// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Stored rows decoded straight into values, without a message in between: a listing reads thousands
 * of them. Only what this node writes itself is understood; of anything odd nothing comes, and the
 * messages' own parser has the last word ({@link Codec}).
 */
final class RowDecoder {

  private static final int WIRE_BYTES = 2;

  private final byte[] bytes;
  private int at;
  private int end;

  private RowDecoder(byte[] bytes) {
    this.bytes = bytes;
    this.at = 1;
    this.end = bytes.length;
    if (end == 0 || bytes[0] != Codec.VERSION) {
      throw new Odd();
    }
  }

  /** Anything that the message's parser is to judge. */
  private static final class Odd extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  private interface Row<T> {
    T decode(RowDecoder row);
  }

  private static <T> @Nullable T decoded(byte[] bytes, Row<T> row) {
    try {
      return row.decode(new RowDecoder(bytes));
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ReplicaException e) {
      return null;
    }
  }

  /** An entry; null if it is odd, here and below. */
  static @Nullable Entry entry(byte[] bytes) {
    return decoded(bytes, RowDecoder::entry);
  }

  static @Nullable List<Entry> entries(byte[] bytes) {
    return decoded(bytes, RowDecoder::entries);
  }

  static @Nullable Content content(byte[] bytes) {
    return decoded(bytes, RowDecoder::content);
  }

  static @Nullable Inode inode(byte[] bytes) {
    return decoded(bytes, RowDecoder::inode);
  }

  // --- the wire format of messages

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = bytes[at++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new Odd();
  }

  private long fixed64() {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | (bytes[at + i] & 0xFF);
    }
    at += 8;
    return value;
  }

  private int length() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw new Odd();
    }
    return (int) length;
  }

  /** Goes into a message; returns where the one around it ends. */
  private int enter() {
    int length = length();
    int outer = end;
    end = at + length;
    return outer;
  }

  private <T> T leave(int outer, T value) {
    if (at != end) {
      throw new Odd();
    }
    end = outer;
    return value;
  }

  private boolean more() {
    return at < end;
  }

  private byte[] data() {
    int length = length();
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  private static <T> T there(@Nullable T value) {
    if (value == null) {
      throw new Odd();
    }
    return value;
  }

  private static int field(int number) {
    return number << 3 | WIRE_BYTES;
  }

  // --- values

  private FileId id() {
    int outer = enter();
    long high = 0;
    long low = 0;
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 | 1 -> high = fixed64();
        case 2 << 3 | 1 -> low = fixed64();
        default -> throw new Odd();
      }
    }
    return leave(outer, high == 0 && low == 0 ? FileId.ROOT : new FileId(high, low));
  }

  private Dot dot() {
    int outer = enter();
    long origin = 0;
    long seq = 0;
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 | 1 -> origin = fixed64();
        case 2 << 3 -> seq = varint();
        default -> throw new Odd();
      }
    }
    return leave(outer, new Dot(new Origin(origin), seq));
  }

  private Timestamp time() {
    int outer = enter();
    long seconds = 0;
    int nanos = 0;
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 -> {
          long zigzag = varint();
          seconds = zigzag >>> 1 ^ -(zigzag & 1);
        }
        case 2 << 3 -> nanos = (int) varint();
        default -> throw new Odd();
      }
    }
    return leave(outer, new Timestamp(seconds, nanos));
  }

  private EntryName name() {
    return EntryName.of(data());
  }

  /** A link; shares what equals the parent and name that are given. */
  private Link link(@Nullable FileId likely, @Nullable EntryName likelyName) {
    int outer = enter();
    FileId parent = null;
    EntryName name = null;
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 | WIRE_BYTES -> parent = same(id(), likely);
        case 2 << 3 | WIRE_BYTES -> name = same(name(), likelyName);
        default -> throw new Odd();
      }
    }
    return leave(outer, new Link(there(parent), there(name)));
  }

  private static <T> T same(T value, @Nullable T likely) {
    return likely != null && value.equals(likely) ? likely : value;
  }

  private Entry entry() {
    FileId directory = null;
    EntryName name = null;
    long cookie = 0;
    FileId shown = null;
    FileId source = null;
    int type = 0;
    Link link = null;
    Dot content = null;
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 | WIRE_BYTES -> directory = id();
        case 2 << 3 | WIRE_BYTES -> name = name();
        case 3 << 3 -> cookie = varint();
        case 4 << 3 | WIRE_BYTES -> shown = id();
        case 5 << 3 | WIRE_BYTES -> source = same(id(), shown);
        case 6 << 3 -> type = (int) varint();
        case 7 << 3 | WIRE_BYTES -> link = link(directory, name);
        case 8 << 3 | WIRE_BYTES -> content = dot();
        default -> throw new Odd();
      }
    }
    return new Entry(
        there(directory),
        there(name),
        cookie,
        there(shown),
        there(source),
        Codec.type(type),
        there(link),
        content);
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>(1);
    while (more()) {
      if ((int) varint() != field(1)) {
        throw new Odd();
      }
      int outer = enter();
      entries.add(leave(outer, entry()));
    }
    return List.copyOf(entries);
  }

  private Place place() {
    int outer = enter();
    Dot dot = null;
    long clock = 0;
    boolean deleted = false;
    List<Link> links = new ArrayList<>(1);
    List<Link> previous = new ArrayList<>(0);
    TreeSet<Dot> seen = new TreeSet<>();
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 | WIRE_BYTES -> dot = dot();
        case 2 << 3 -> clock = varint();
        case 3 << 3 -> deleted = varint() != 0;
        case 4 << 3 | WIRE_BYTES -> links.add(link(null, null));
        case 5 << 3 | WIRE_BYTES -> previous.add(link(null, null));
        case 6 << 3 | WIRE_BYTES -> seen.add(dot());
        default -> throw new Odd();
      }
    }
    if (links.isEmpty()) {
      throw new Odd();
    }
    Dot by = there(dot);
    return leave(
        outer,
        deleted
            ? new Place.Deleted(by, clock, links, seen)
            : new Place.Live(by, clock, links, previous));
  }

  private Attrs attrs() {
    int outer = enter();
    Dot dot = null;
    long clock = 0;
    int mode = 0;
    int uid = 0;
    int gid = 0;
    Timestamp accessed = null;
    Timestamp modified = null;
    long modifiedClock = 0;
    SortedMap<String, Bytes> xattrs = new TreeMap<>();
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 | WIRE_BYTES -> dot = dot();
        case 2 << 3 -> clock = varint();
        case 3 << 3 -> mode = (int) varint();
        case 4 << 3 -> uid = (int) varint();
        case 5 << 3 -> gid = (int) varint();
        case 6 << 3 | WIRE_BYTES -> accessed = time();
        case 7 << 3 | WIRE_BYTES -> modified = time();
        case 8 << 3 -> modifiedClock = varint();
        case 9 << 3 | WIRE_BYTES -> xattr(xattrs);
        default -> throw new Odd();
      }
    }
    Attrs.ModifiedOverride override =
        modified == null ? null : new Attrs.ModifiedOverride(modified, modifiedClock);
    return leave(
        outer, new Attrs(there(dot), clock, mode, uid, gid, there(accessed), override, xattrs));
  }

  private void xattr(SortedMap<String, Bytes> into) {
    int outer = enter();
    String name = "";
    Bytes value = Bytes.of(new byte[0]);
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 | WIRE_BYTES -> name = new String(data(), UTF_8);
        case 2 << 3 | WIRE_BYTES -> value = Bytes.of(data());
        default -> throw new Odd();
      }
    }
    if (name.indexOf('\uFFFD') >= 0) {
      throw new Odd();
    }
    into.put(leave(outer, name), value);
  }

  private Content content() {
    Dot dot = null;
    long clock = 0;
    Timestamp modified = null;
    Content kind = null;
    while (more()) {
      int tag = (int) varint();
      if (tag == field(1) && kind == null) {
        dot = dot();
      } else if (tag == 2 << 3 && kind == null) {
        clock = varint();
      } else if (tag == field(3) && kind == null) {
        modified = time();
      } else if (kind == null) {
        kind = kind(tag, there(dot), clock, there(modified));
      } else {
        throw new Odd();
      }
    }
    return there(kind);
  }

  private Content kind(int tag, Dot dot, long clock, Timestamp modified) {
    return switch (tag) {
      case 4 << 3 | WIRE_BYTES -> regular(dot, clock, modified);
      case 5 << 3 | WIRE_BYTES -> leave(enter(), new Content.Directory(dot, clock, modified));
      case 6 << 3 | WIRE_BYTES -> new Content.Symlink(dot, clock, modified, Bytes.of(data()));
      case 8 << 3 | WIRE_BYTES -> leave(enter(), new Content.Special(dot, clock, modified));
      default -> throw new Odd();
    };
  }

  private Content regular(Dot dot, long clock, Timestamp modified) {
    int outer = enter();
    long size = 0;
    List<RangeMap.Range> ranges = new ArrayList<>(1);
    long offset = 0;
    Bytes hash = null;
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 -> size = varint();
        case 2 << 3 | WIRE_BYTES -> {
          RangeMap.Range next = range(offset);
          ranges.add(next);
          offset = next.end();
        }
        case 3 << 3 | WIRE_BYTES -> hash = Bytes.of(data());
        default -> throw new Odd();
      }
    }
    RangeMap map = ranges.isEmpty() ? RangeMap.EMPTY : RangeMap.of(ranges);
    return leave(outer, new Content.Regular(dot, clock, modified, size, map, hash));
  }

  private RangeMap.Range range(long offset) {
    int outer = enter();
    long length = 0;
    Dot dot = null;
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 -> length = varint();
        case 2 << 3 | WIRE_BYTES -> dot = dot();
        default -> throw new Odd();
      }
    }
    return leave(outer, new RangeMap.Range(offset, length, dot));
  }

  private Inode inode() {
    FileId id = null;
    int type = 0;
    Timestamp created = null;
    List<Place> places = new ArrayList<>(1);
    List<Attrs> attrs = new ArrayList<>(1);
    List<Content> contents = new ArrayList<>(1);
    while (more()) {
      switch ((int) varint()) {
        case 1 << 3 | WIRE_BYTES -> id = id();
        case 2 << 3 -> type = (int) varint();
        case 3 << 3 | WIRE_BYTES -> created = time();
        case 4 << 3 | WIRE_BYTES -> places.add(place());
        case 5 << 3 | WIRE_BYTES -> attrs.add(attrs());
        case 6 << 3 | WIRE_BYTES -> {
          int outer = enter();
          contents.add(leave(outer, content()));
        }
        default -> throw new Odd();
      }
    }
    return Codec.checked(
        new Inode(there(id), Codec.type(type), there(created), places, attrs, contents));
  }
}
