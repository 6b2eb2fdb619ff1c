// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.util.List;
import java.util.Locale;
import org.grapevinefs.node.admin.Refusal;
import org.grapevinefs.node.proto.Conflict;
import org.grapevinefs.node.proto.ConflictVersion;
import org.grapevinefs.replication.core.ConflictCopy;
import org.grapevinefs.replication.core.Entry;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;

/**
 * Files edited on two nodes apart: shows them to people, and ends a conflict by the same calls that
 * an NFS client would make.
 */
final class ConflictDesk {
  /** The most conflicts of one zone that are shown at once. */
  private static final int MOST = 10_000;

  private static final int MAX_TRIES = 100;

  private final ServedZone.Held zone;

  ConflictDesk(ServedZone.Held zone) {
    this.zone = zone;
  }

  List<Conflict> list() {
    return zone.replica().conflicts(MOST).stream().map(this::show).toList();
  }

  private Conflict show(ConflictCopy copy) {
    Conflict.Builder conflict =
        Conflict.newBuilder()
            .setZone(zone.config().name().value())
            .setPath(path(copy, copy.entry().link().name()));
    if (!copy.original().equals(copy.entry())) {
      conflict.addVersions(version(copy, copy.original(), copy.originalAuthor()));
    }
    return conflict.addVersions(version(copy, copy.entry(), copy.author())).build();
  }

  private ConflictVersion version(ConflictCopy copy, Entry entry, ConflictCopy.Author author) {
    ConflictVersion.Builder version =
        ConflictVersion.newBuilder()
            .setPath(path(copy, entry.name()))
            .setWho(author.node())
            .setWhenMillis(author.when().seconds() * 1_000 + author.when().nanos() / 1_000_000);
    try {
      version.setSize(zone.files().getattr(Caller.SYSTEM, entry.shown()).size());
    } catch (ZoneException e) {
      // Resolved meanwhile: it is shown once more, and not the next time.
    }
    return version.build();
  }

  private static String path(ConflictCopy copy, EntryName last) {
    StringBuilder path = new StringBuilder();
    for (EntryName name : copy.path().subList(0, copy.path().size() - 1)) {
      path.append(name).append('/');
    }
    return path.append(last).toString();
  }

  /** Ends a conflict; says what was done. */
  String resolve(String path, String keep) throws Refusal {
    String wanted = path.startsWith("/") ? path.substring(1) : path;
    List<ConflictCopy> copies =
        zone.replica().conflicts(MOST).stream().filter(copy -> isMeant(copy, wanted)).toList();
    if (copies.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          "no conflict at " + path + ": \"grapevine conflicts\" lists them");
    }
    if (copies.size() > 1) {
      throw new Refusal(
          Refusal.Kind.BAD_REQUEST,
          "more than two versions of " + path + ": name one of the others by its own path");
    }
    try {
      return resolve(copies.getFirst(), keep);
    } catch (ZoneException e) {
      throw new Refusal(Refusal.Kind.FAILED, "cannot change " + path + ": " + e.getMessage());
    }
  }

  private static boolean isMeant(ConflictCopy copy, String wanted) {
    return wanted.equals(path(copy, copy.entry().name()))
        || wanted.equals(path(copy, copy.entry().link().name()));
  }

  private String resolve(ConflictCopy copy, String keep) throws ZoneException, Refusal {
    FileId directory = copy.entry().directory();
    EntryName plain = copy.entry().link().name();
    EntryName computed = copy.entry().name();
    return switch (keep) {
      case "ours" -> {
        zone.files().remove(Caller.SYSTEM, directory, computed);
        yield "kept " + path(copy, plain) + ", removed " + path(copy, computed);
      }
      case "theirs" -> {
        zone.files().rename(Caller.SYSTEM, directory, computed, directory, plain);
        yield path(copy, plain) + " is now what " + path(copy, computed) + " was";
      }
      case "both" -> {
        EntryName own = freeName(copy, directory);
        zone.files().rename(Caller.SYSTEM, directory, computed, directory, own);
        yield "kept both: " + path(copy, plain) + " and " + path(copy, own);
      }
      default -> throw new Refusal(Refusal.Kind.BAD_REQUEST, "keep one of ours, theirs and both");
    };
  }

  /** A name that is nobody's: {@code report (node-3).odt}, or with a number. */
  private EntryName freeName(ConflictCopy copy, FileId directory) throws ZoneException {
    String plain = copy.entry().link().name().toString();
    int dot = plain.lastIndexOf('.');
    String stem = dot > 0 ? plain.substring(0, dot) : plain;
    String ending = dot > 0 ? plain.substring(dot) : "";
    String who = copy.author().node().isEmpty() ? "other" : copy.author().node();
    for (int i = 1; i < MAX_TRIES; i++) {
      String extra = i == 1 ? "" : String.format(Locale.ROOT, " %d", i);
      EntryName name = EntryName.of(stem + " (" + who + extra + ")" + ending);
      try {
        zone.files().lookup(Caller.SYSTEM, directory, name);
      } catch (ZoneException e) {
        if (e.error() == ZoneError.NOENT) {
          return name;
        }
        throw e;
      }
    }
    throw new ZoneException(ZoneError.EXIST, "no free name for it");
  }
}
