// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.grapevinefs.replication.proto.AttrsRecord;
import org.grapevinefs.replication.proto.ContentRecord;
import org.grapevinefs.replication.proto.DeviceRecord;
import org.grapevinefs.replication.proto.DotRecord;
import org.grapevinefs.replication.proto.EmptyRecord;
import org.grapevinefs.replication.proto.IdRecord;
import org.grapevinefs.replication.proto.InodeRecord;
import org.grapevinefs.replication.proto.KnowledgeEntry;
import org.grapevinefs.replication.proto.KnowledgeRecord;
import org.grapevinefs.replication.proto.LinkRecord;
import org.grapevinefs.replication.proto.OriginName;
import org.grapevinefs.replication.proto.PlaceRecord;
import org.grapevinefs.replication.proto.PullHeaderRecord;
import org.grapevinefs.replication.proto.RangeRecord;
import org.grapevinefs.replication.proto.RegularRecord;
import org.grapevinefs.replication.proto.RunRecord;
import org.grapevinefs.replication.proto.TimeRecord;
import org.grapevinefs.replication.proto.XattrRecord;
import org.jspecify.annotations.Nullable;

/**
 * Values as protobuf messages and back. Stored values have a version byte before the message; on
 * the wire the message stands alone, inside another that has a version.
 *
 * <p>Decoding checks everything, since it also reads what peers send: anything odd is a {@link
 * ReplicaException} with reason MALFORMED.
 */
public final class Codec {

  /** The version byte of stored values. */
  static final byte VERSION = 1;

  private Codec() {}

  static byte[] stored(Message message) {
    byte[] bytes = new byte[message.getSerializedSize() + 1];
    bytes[0] = VERSION;
    try {
      var out = com.google.protobuf.CodedOutputStream.newInstance(bytes, 1, bytes.length - 1);
      message.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return bytes;
  }

  static <T> T parsed(Parser<T> parser, byte[] bytes) {
    if (bytes.length == 0 || bytes[0] != VERSION) {
      throw malformed("unknown version");
    }
    try {
      return parser.parseFrom(bytes, 1, bytes.length - 1);
    } catch (InvalidProtocolBufferException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  static ReplicaException malformed(String why) {
    return new ReplicaException(ReplicaException.Reason.MALFORMED, why);
  }

  /** A dot's message. */
  public static DotRecord dot(Dot dot) {
    return DotRecord.newBuilder().setOrigin(dot.origin().value()).setSeq(dot.seq()).build();
  }

  /** A message's dot. */
  public static Dot dot(DotRecord dot) {
    if (dot.getSeq() < 1) {
      throw malformed("dot");
    }
    return new Dot(new Origin(dot.getOrigin()), dot.getSeq());
  }

  /** An id's message. */
  public static IdRecord id(FileId id) {
    return IdRecord.newBuilder().setHigh(id.high()).setLow(id.low()).build();
  }

  /** A message's id. */
  public static FileId id(IdRecord id) {
    return new FileId(id.getHigh(), id.getLow());
  }

  static TimeRecord time(Timestamp time) {
    return TimeRecord.newBuilder().setSeconds(time.seconds()).setNanos(time.nanos()).build();
  }

  static Timestamp time(TimeRecord time) {
    if (time.getNanos() < 0 || time.getNanos() > 999_999_999) {
      throw malformed("time");
    }
    return new Timestamp(time.getSeconds(), time.getNanos());
  }

  static LinkRecord link(Link link) {
    return LinkRecord.newBuilder()
        .setParent(id(link.parent()))
        .setName(ByteString.copyFrom(link.name().toBytes()))
        .build();
  }

  static Link link(LinkRecord link) {
    try {
      return new Link(id(link.getParent()), EntryName.of(link.getName().toByteArray()));
    } catch (InvalidNameException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private static PlaceRecord place(Place place) {
    PlaceRecord.Builder builder =
        PlaceRecord.newBuilder().setDot(dot(place.dot())).setClock(place.clock());
    place.links().forEach(link -> builder.addLinks(link(link)));
    switch (place) {
      case Place.Live live -> live.previous().forEach(link -> builder.addPrevious(link(link)));
      case Place.Deleted deleted -> {
        builder.setDeleted(true);
        deleted.seen().forEach(dot -> builder.addSeen(dot(dot)));
      }
    }
    return builder.build();
  }

  private static Place place(PlaceRecord place) {
    Dot dot = dot(place.getDot());
    List<Link> links = place.getLinksList().stream().map(Codec::link).toList();
    if (links.isEmpty()) {
      throw malformed("a place without a link");
    }
    if (place.getDeleted()) {
      List<Dot> seen = place.getSeenList().stream().map(Codec::dot).toList();
      return new Place.Deleted(dot, place.getClock(), links, new java.util.TreeSet<>(seen));
    }
    List<Link> previous = place.getPreviousList().stream().map(Codec::link).toList();
    return new Place.Live(dot, place.getClock(), links, previous);
  }

  private static AttrsRecord attrs(Attrs attrs) {
    AttrsRecord.Builder builder =
        AttrsRecord.newBuilder()
            .setDot(dot(attrs.dot()))
            .setClock(attrs.clock())
            .setMode(attrs.mode())
            .setUid(attrs.uid())
            .setGid(attrs.gid())
            .setAccessed(time(attrs.accessed()));
    Attrs.ModifiedOverride modified = attrs.modified();
    if (modified != null) {
      builder.setModified(time(modified.time())).setModifiedClock(modified.clock());
    }
    attrs
        .xattrs()
        .forEach((name, value) ->
            builder.addXattrs(
                XattrRecord.newBuilder()
                    .setName(name)
                    .setValue(ByteString.copyFrom(value.toArray()))));
    return builder.build();
  }

  private static Attrs attrs(AttrsRecord attrs) {
    SortedMap<String, Bytes> xattrs = new TreeMap<>();
    attrs
        .getXattrsList()
        .forEach(xattr -> xattrs.put(xattr.getName(), Bytes.of(xattr.getValue().toByteArray())));
    return new Attrs(
        dot(attrs.getDot()),
        attrs.getClock(),
        attrs.getMode(),
        attrs.getUid(),
        attrs.getGid(),
        time(attrs.getAccessed()),
        attrs.hasModified()
            ? new Attrs.ModifiedOverride(time(attrs.getModified()), attrs.getModifiedClock())
            : null,
        xattrs);
  }

  static ContentRecord content(Content content) {
    ContentRecord.Builder builder =
        ContentRecord.newBuilder()
            .setDot(dot(content.dot()))
            .setClock(content.clock())
            .setModified(time(content.modified()));
    switch (content) {
      case Content.Regular regular -> builder.setRegular(regular(regular));
      case Content.Directory directory -> builder.setDirectory(EmptyRecord.getDefaultInstance());
      case Content.Symlink symlink ->
          builder.setSymlink(ByteString.copyFrom(symlink.target().toArray()));
      case Content.Device device ->
          builder.setDevice(
              DeviceRecord.newBuilder().setMajor(device.major()).setMinor(device.minor()));
      case Content.Special special -> builder.setSpecial(EmptyRecord.getDefaultInstance());
    }
    return builder.build();
  }

  private static RegularRecord regular(Content.Regular regular) {
    RegularRecord.Builder builder = RegularRecord.newBuilder().setSize(regular.size());
    Bytes hash = regular.hash();
    if (hash != null) {
      builder.setHash(ByteString.copyFrom(hash.toArray()));
    }
    for (Lineage.Run run : regular.lineage().runs()) {
      builder.addLineage(
          RunRecord.newBuilder()
              .setOrigin(run.origin().value())
              .setFirst(run.first())
              .setLast(run.last())
              .setClock(run.clock()));
    }
    for (RangeMap.Range range : regular.ranges().ranges()) {
      RangeRecord.Builder one = RangeRecord.newBuilder().setLength(range.length());
      Dot dot = range.dot();
      builder.addRanges(dot == null ? one : one.setDot(dot(dot)));
    }
    return builder.build();
  }

  static Content content(ContentRecord content) {
    Dot dot = dot(content.getDot());
    long clock = content.getClock();
    Timestamp modified = time(content.getModified());
    return switch (content.getKindCase()) {
      case REGULAR -> regular(dot, clock, modified, content.getRegular());
      case DIRECTORY -> new Content.Directory(dot, clock, modified);
      case SYMLINK ->
          new Content.Symlink(dot, clock, modified, Bytes.of(content.getSymlink().toByteArray()));
      case DEVICE ->
          new Content.Device(
              dot, clock, modified, content.getDevice().getMajor(), content.getDevice().getMinor());
      case SPECIAL -> new Content.Special(dot, clock, modified);
      case KIND_NOT_SET -> throw malformed("content of no kind");
    };
  }

  private static Content.Regular regular(
      Dot dot, long clock, Timestamp modified, RegularRecord regular) {
    List<RangeMap.Range> ranges = new ArrayList<>(regular.getRangesCount());
    long at = 0;
    try {
      for (RangeRecord range : regular.getRangesList()) {
        @Nullable Dot by = range.hasDot() ? dot(range.getDot()) : null;
        RangeMap.Range next = new RangeMap.Range(at, range.getLength(), by);
        ranges.add(next);
        at = next.end();
      }
      Bytes hash = regular.getHash().isEmpty() ? null : Bytes.of(regular.getHash().toByteArray());
      List<Lineage.Run> runs =
          regular.getLineageList().stream()
              .map(one ->
                  new Lineage.Run(
                      new Origin(one.getOrigin()), one.getFirst(), one.getLast(), one.getClock()))
              .toList();
      Lineage lineage = runs.isEmpty() ? Lineage.NONE : new Lineage(runs);
      return new Content.Regular(
          dot, clock, modified, regular.getSize(), RangeMap.of(ranges), hash, lineage);
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  static int typeNumber(FileType type) {
    return switch (type) {
      case REGULAR -> 1;
      case DIRECTORY -> 2;
      case SYMLINK -> 3;
      case BLOCK_DEVICE -> 4;
      case CHARACTER_DEVICE -> 5;
      case FIFO -> 6;
      case SOCKET -> 7;
    };
  }

  static FileType type(int number) {
    return switch (number) {
      case 1 -> FileType.REGULAR;
      case 2 -> FileType.DIRECTORY;
      case 3 -> FileType.SYMLINK;
      case 4 -> FileType.BLOCK_DEVICE;
      case 5 -> FileType.CHARACTER_DEVICE;
      case 6 -> FileType.FIFO;
      case 7 -> FileType.SOCKET;
      default -> throw malformed("file type " + number);
    };
  }

  /** An inode's message. */
  public static InodeRecord inode(Inode inode) {
    InodeRecord.Builder builder =
        InodeRecord.newBuilder()
            .setId(id(inode.id()))
            .setType(typeNumber(inode.type()))
            .setCreated(time(inode.created()));
    inode.places().forEach(value -> builder.addPlaces(place(value)));
    inode.attrs().forEach(value -> builder.addAttrs(attrs(value)));
    inode.contents().forEach(value -> builder.addContents(content(value)));
    return builder.build();
  }

  /** A message's inode. */
  public static Inode inode(InodeRecord inode) {
    Inode decoded =
        new Inode(
            id(inode.getId()),
            type(inode.getType()),
            time(inode.getCreated()),
            inode.getPlacesList().stream().map(Codec::place).toList(),
            inode.getAttrsList().stream().map(Codec::attrs).toList(),
            inode.getContentsList().stream().map(Codec::content).toList());
    return checked(decoded);
  }

  /** An inode whose parts fit together. */
  static Inode checked(Inode decoded) {
    FileType type = decoded.type();
    boolean oneLink = decoded.places().stream().allMatch(place -> place.links().size() == 1);
    if (type == FileType.DIRECTORY && !oneLink) {
      throw malformed("a directory with several links");
    }
    if (!decoded.contents().stream().allMatch(content -> fits(type, content))) {
      throw malformed("content of the wrong kind");
    }
    return decoded;
  }

  private static boolean fits(FileType type, Content content) {
    return switch (content) {
      case Content.Regular regular -> type == FileType.REGULAR;
      case Content.Directory directory -> type == FileType.DIRECTORY;
      case Content.Symlink symlink -> type == FileType.SYMLINK;
      case Content.Device device ->
          type == FileType.BLOCK_DEVICE || type == FileType.CHARACTER_DEVICE;
      case Content.Special special -> type == FileType.FIFO || type == FileType.SOCKET;
    };
  }

  /** A knowledge's message. */
  public static KnowledgeRecord knowledge(Knowledge knowledge) {
    KnowledgeRecord.Builder builder = KnowledgeRecord.newBuilder();
    knowledge
        .asMap()
        .forEach((origin, seq) ->
            builder.addEntries(KnowledgeEntry.newBuilder().setOrigin(origin.value()).setSeq(seq)));
    return builder.build();
  }

  /** A message's knowledge. */
  public static Knowledge knowledge(KnowledgeRecord knowledge) {
    Map<Origin, Long> entries = new TreeMap<>();
    for (KnowledgeEntry entry : knowledge.getEntriesList()) {
      if (entry.getSeq() < 1) {
        throw malformed("knowledge");
      }
      entries.put(new Origin(entry.getOrigin()), entry.getSeq());
    }
    return Knowledge.of(entries);
  }

  /** A pull header's message. */
  public static PullHeaderRecord header(PullHeader header) {
    PullHeaderRecord.Builder builder =
        PullHeaderRecord.newBuilder()
            .setResponse(header.response())
            .setKnowledge(knowledge(header.knowledge()))
            .setHorizon(knowledge(header.horizon()))
            .setFull(header.mode() == PullHeader.Mode.FULL)
            .setCount(header.count())
            .setStateDigest(header.stateDigest());
    new TreeMap<>(header.names())
        .forEach((origin, node) ->
            builder.addNames(OriginName.newBuilder().setOrigin(origin.value()).setNode(node)));
    return builder.build();
  }

  /** A message's pull header. */
  public static PullHeader header(PullHeaderRecord header) {
    Map<Origin, String> names = new TreeMap<>();
    header.getNamesList().forEach(name -> names.put(new Origin(name.getOrigin()), name.getNode()));
    return new PullHeader(
        header.getResponse(),
        knowledge(header.getKnowledge()),
        names,
        knowledge(header.getHorizon()),
        header.getFull() ? PullHeader.Mode.FULL : PullHeader.Mode.DELTA,
        header.getCount(),
        header.getStateDigest());
  }
}
