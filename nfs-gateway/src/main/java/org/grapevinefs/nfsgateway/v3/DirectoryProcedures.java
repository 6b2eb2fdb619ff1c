// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.ZoneException;

/**
 * Listing directories (RFC 1813, sections 3.3.16 and 3.3.17). The cookies 1 and 2 stand for {@code
 * .} and {@code ..}, those from 3 on are the zone's and good for as long as their names: so the
 * verifier is always 0.
 */
final class DirectoryProcedures {

  private static final long DOT = 1;
  private static final long UP = 2;
  private static final int TAIL = 8;
  private static final int ENTRY_GUESS = 48;
  private static final int ENTRY_GUESS_PLUS = 200;
  private static final int LEAST_ENTRIES = 4;
  private static final int MOST_ENTRIES = 4096;

  private DirectoryProcedures() {}

  static void readdir(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File dir = r.file();
    long cookie = r.in.int64();
    long verifier = r.in.int64();
    int most = r.in.int32();
    list(r, dir, cookie, verifier, Integer.MAX_VALUE, most, false);
  }

  static void readdirPlus(Request r) throws BadXdrException, ZoneException, Nfs3Exception {
    Request.File dir = r.file();
    long cookie = r.in.int64();
    long verifier = r.in.int64();
    int mostNames = r.in.int32();
    int most = r.in.int32();
    list(r, dir, cookie, verifier, mostNames, most, true);
  }

  private static void list(
      Request r, Request.File dir, long cookie, long verifier, int names, int bytes, boolean plus)
      throws ZoneException, Nfs3Exception {
    if (cookie < 0 || (cookie != 0 && verifier != 0)) {
      throw new Nfs3Exception(Nfs3Status.BAD_COOKIE);
    }
    int limit = r.limits().maxIo();
    int most = bytes < 0 ? limit : Math.min(bytes, limit);
    r.after(dir);
    r.out.int64(0);
    Filling filling = new Filling(r, dir, most, names < 0 ? Integer.MAX_VALUE : names, plus);
    boolean end = filling.fill(cookie);
    if (filling.count == 0 && !end) {
      throw new Nfs3Exception(Nfs3Status.TOOSMALL);
    }
    r.out.bool(false).bool(end);
  }

  /** Fills an answer with entries for as long as they fit. */
  private static final class Filling {
    private final Request r;
    private final Request.File dir;
    private final XdrWriter out;
    private final int most;
    private final int mostNames;
    private final boolean plus;
    private int names;
    private int count;

    Filling(Request r, Request.File dir, int most, int mostNames, boolean plus) {
      this.r = r;
      this.dir = dir;
      this.out = r.out;
      this.most = most;
      this.mostNames = mostNames;
      this.plus = plus;
    }

    /** Whether the listing came to its end. */
    boolean fill(long from) throws ZoneException, Nfs3Exception {
      if (from < DOT && !add(".".getBytes(US_ASCII), DOT, dir.attributes())) {
        return false;
      }
      if (from < UP) {
        byte[] up = "..".getBytes(US_ASCII);
        if (!add(up, UP, above())) {
          return false;
        }
      }
      long cookie = from <= UP ? 0 : from;
      while (true) {
        int room = (most - out.size()) / (plus ? ENTRY_GUESS_PLUS : ENTRY_GUESS);
        int ask = Math.clamp(room, LEAST_ENTRIES, MOST_ENTRIES);
        DirectoryPage page = dir.files().readdir(dir.caller(), dir.id(), cookie, ask);
        for (DirectoryPage.Entry entry : page.entries()) {
          if (!add(entry.name().toBytes(), entry.cookie(), entry.attributes())) {
            return false;
          }
          cookie = entry.cookie();
        }
        if (page.end() || page.entries().isEmpty()) {
          return page.end();
        }
      }
    }

    private Attributes above() throws ZoneException, Nfs3Exception {
      try {
        return FileProcedures.find(dir, "..".getBytes(US_ASCII));
      } catch (ZoneException e) {
        // Not to be searched by this caller; the name stands there all the same.
        return dir.attributes();
      }
    }

    private boolean add(byte[] name, long cookie, Attributes a) {
      int before = out.mark();
      out.bool(true).int64(a.id().inodeNumber()).opaque(name).int64(cookie);
      int named = names + out.since(before);
      if (plus) {
        Request.File file = dir.sibling(a.id());
        r.after(file, a);
        r.handle(file);
      }
      if (out.size() + TAIL > most || (count > 0 && named > mostNames)) {
        out.rewind(before);
        return false;
      }
      names = named;
      count++;
      return true;
    }
  }
}
