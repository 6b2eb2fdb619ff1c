// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a zone that are on this node's disk, as one who looks for rot sees them: digests to
 * compare with those of other members, and a way to mend what has gone bad. Mending changes no
 * version. Safe for any thread; calls block on the disk.
 */
public interface HeldContents {

  /** A content whose bytes are on disk, under the id that it shows as. */
  record Held(FileId shown, Content.Regular content) {}

  /** How a look at bytes ended. */
  enum Outcome {
    /** There is a digest. */
    READ,
    /**
     * The file holds another content by now, or is being written to: there is nothing to compare.
     */
    MOVED_ON,
    /** Size or time on disk are not those of the index: an edit behind our back, for a scan. */
    EDITED,
    /** The disk gives no bytes, or there is no such file. */
    UNREADABLE
  }

  /**
   * What a look at bytes found.
   *
   * @param sha256 the digest if the outcome is {@link Outcome#READ}, else empty
   */
  record Digest(Outcome outcome, Bytes sha256) {

    /** One that did not come to reading, or not to its end. */
    public static Digest without(Outcome outcome) {
      return new Digest(outcome, Bytes.of(new byte[0]));
    }
  }

  /** What is held after an id, in order of ids; from the first after null. */
  List<Held> after(@Nullable FileId after, int most);

  /** A content that is held now; null if another is, or none. */
  @Nullable Held held(FileId shown, Dot content);

  /** The first of a file's names, from the zone's root; empty if it has none now. */
  List<EntryName> path(FileId shown);

  /**
   * The SHA-256 of a stretch of a content. Of contents larger than {@link Content#HASHED_SIZE}
   * holes are left out, so that a large empty file costs nothing.
   */
  Digest digest(FileId shown, Dot content, ByteRange stretch) throws IOException;

  /**
   * The digest of a whole content in which all members that could be read agreed once, when this
   * node compared them; null if that is not known.
   */
  @Nullable Bytes witnessed(Held held);

  /**
   * Remembers the digest of a whole content in which all agree, until another content or none is
   * held in its place; does nothing if that is so by now.
   */
  void witness(Held held, Bytes sha256);

  /** Begins to mend a content; null if it is not held any more, or being written to. */
  @Nullable Mending mend(FileId shown, Dot content) throws IOException;

  /**
   * A whole new file with good bytes, beside the tree. Closing it before the end throws it away.
   */
  interface Mending extends Closeable {

    /** Whether it begins with the bytes that are here, and not with nothing. */
    boolean hasOldBytes();

    /** Takes good bytes. */
    void put(ByteBuffer bytes, long offset) throws IOException;

    /**
     * Puts the new file in the place of the bad one if its digest is the right one and nobody wrote
     * to the file meanwhile; whether it did.
     */
    boolean finish(Bytes sha256) throws IOException;
  }
}
