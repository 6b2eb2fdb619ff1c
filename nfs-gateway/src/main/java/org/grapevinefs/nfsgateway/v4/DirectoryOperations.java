// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;

/** Listing directories (RFC 8881, section 18.23). */
final class DirectoryOperations {

  /** Verifier, no entry, end. */
  private static final int EMPTY_LISTING = 16;

  private static final int LAST_RESERVED_COOKIE = 2;
  private static final int ENTRY_GUESS = 160;
  private static final int LEAST_ENTRIES = 8;
  private static final int MOST_ENTRIES = 4096;
  private static final int FIXED_PART = 8 + 4 + 4;

  private DirectoryOperations() {}

  static void addTo(Map<Op, Operation> table) {
    table.put(Op.READDIR, DirectoryOperations::readDirectory);
  }

  /** Fills a reply with entries for as long as they fit. */
  private static final class Filling {
    private final Compound compound;
    private final XdrWriter out;
    private final AttributeEncoder encoder;
    private final Bitmap wanted;
    private final int start;
    private final int most;
    private final int mostNames;
    private int names;
    private int count;

    Filling(Compound compound, XdrWriter out, Bitmap wanted, int mostNames, int most) {
      this.compound = compound;
      this.out = out;
      this.encoder = new AttributeEncoder(compound);
      this.wanted = wanted;
      this.start = out.mark();
      this.most = most;
      this.mostNames = mostNames;
    }

    /** Adds an entry; false if there was no room for it. */
    boolean add(byte[] name, long cookie, Target target, Attributes attributes)
        throws ZoneException {
      int before = begin(name, cookie);
      encoder.encode(out, wanted, target, attributes);
      return fits(before, name);
    }

    /** The same, unless its file went away since: what is not in its attributes is asked for. */
    boolean addThere(DirectoryPage.Entry entry, Target target) throws ZoneException {
      int before = out.mark();
      byte[] name = entry.name().toBytes();
      try {
        return add(name, entry.cookie(), target, entry.attributes());
      } catch (ZoneException e) {
        out.rewind(before);
        if (e.error() == ZoneError.STALE) {
          return true;
        }
        if (!wanted.has(Attr.RDATTR_ERROR)) {
          throw e;
        }
        return addFailed(name, entry.cookie(), NfsStatus.of(e.error()));
      }
    }

    boolean addFailed(byte[] name, long cookie, NfsStatus status) {
      int before = begin(name, cookie);
      AttributeEncoder.encodeError(out, status);
      return fits(before, name);
    }

    private int begin(byte[] name, long cookie) {
      int before = out.mark();
      out.bool(true).int64(cookie).opaque(name);
      return before;
    }

    private boolean fits(int before, byte[] name) {
      int named = names + 16 + ((name.length + 3) & ~3);
      boolean full = mostNames > 0 && count > 0 && named > mostNames;
      if (full || out.since(start) + FIXED_PART > most) {
        out.rewind(before);
        return false;
      }
      names = named;
      count++;
      return true;
    }
  }

  private static NfsStatus readDirectory(Compound compound, XdrReader in, XdrWriter out)
      throws NfsException, ZoneException, BadXdrException {
    long cookie = in.int64();
    long verifier = in.int64();
    int mostNames = in.int32();
    int mostBytes = in.int32();
    Bitmap wanted = Bitmap.decode(in);
    Target target = compound.current();
    if (cookie < 0 || (cookie > 0 && cookie <= LAST_RESERVED_COOKIE)) {
      throw new NfsException(NfsStatus.BAD_COOKIE);
    }
    // Cookies are good for as long as the names they stand for, so the verifier never changes.
    if (cookie != 0 && verifier != 0) {
      throw new NfsException(NfsStatus.NOT_SAME);
    }
    if (!wanted.and(Attr.WRITE_ONLY).isEmpty()) {
      throw new NfsException(NfsStatus.INVAL);
    }
    if (mostBytes >= 0 && mostBytes < EMPTY_LISTING) {
      throw new NfsException(NfsStatus.TOOSMALL);
    }
    int most = mostBytes < 0 ? Integer.MAX_VALUE : mostBytes;
    most = Math.min(most, compound.room(out));
    out.int64(0);
    Filling filling = new Filling(compound, out, wanted, Math.max(0, mostNames), most);
    boolean end =
        switch (target) {
          case Target.PseudoRoot root -> fill(filling, cookie);
          case Target.InZone dir -> fill(filling, dir, cookie);
        };
    if (filling.count == 0 && !end) {
      throw new NfsException(NfsStatus.TOOSMALL);
    }
    out.bool(false).bool(end);
    return NfsStatus.OK;
  }

  private static boolean fill(Filling filling, Target.InZone dir, long from) throws ZoneException {
    long cookie = from;
    while (true) {
      int room = (filling.most - filling.out.since(filling.start)) / ENTRY_GUESS;
      int ask = Math.clamp(room, LEAST_ENTRIES, MOST_ENTRIES);
      DirectoryPage page =
          dir.export().files().readdir(filling.compound.caller(dir), dir.file(), cookie, ask);
      for (DirectoryPage.Entry entry : page.entries()) {
        Target target = new Target.InZone(dir.export(), entry.attributes().id());
        if (!filling.addThere(entry, target)) {
          return false;
        }
        cookie = entry.cookie();
      }
      if (page.end()) {
        return true;
      }
      if (page.entries().isEmpty()) {
        return false;
      }
    }
  }

  private static boolean fill(Filling filling, long cookie) throws ZoneException {
    Compound compound = filling.compound;
    List<Export> visible =
        new ArrayList<>(compound.engine().exports().visibleTo(compound.client()));
    visible.removeIf(export -> ExportTable.cookie(export) <= cookie);
    for (Export export : visible) {
      byte[] name = ExportTable.nameOf(export).toBytes();
      long place = ExportTable.cookie(export);
      Target.InZone root = new Target.InZone(export, FileId.ROOT);
      boolean added;
      try {
        Attributes attributes = export.files().getattr(compound.caller(export), FileId.ROOT);
        added = filling.add(name, place, root, attributes);
      } catch (ZoneException e) {
        if (!filling.wanted.has(Attr.RDATTR_ERROR)) {
          throw e;
        }
        added = filling.addFailed(name, place, NfsStatus.of(e.error()));
      }
      if (!added) {
        return false;
      }
    }
    return true;
  }
}
