// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import org.grapevinefs.replication.core.ByteRange;
import org.grapevinefs.replication.core.ConflictCopy;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.PullHeader;
import org.grapevinefs.replication.core.PullResult;
import org.jspecify.annotations.Nullable;

/**
 * A zone's replica as the peer protocol sees it: what it knows, answers for those who know less,
 * pulls from those who know more, and contents to serve and to take in. Calls block on the disk and
 * may come from any thread.
 */
public interface ZoneReplica {

  /** The largest content that rides along with the records, in bytes. */
  int MAX_INLINE = 65_536;

  /** The longest stretch that is served or taken at once, in bytes. */
  int MAX_STRETCH = 256 << 10;

  /** What this replica knows and holds. */
  ZoneStatus status();

  /** What this replica knows, brought to disk first: only this may be told to a peer. */
  Knowledge knowledge() throws IOException;

  /**
   * All that an asker lacks, from one state of this replica.
   *
   * @param asker what the asker knows
   * @param full whether all is wanted: when the asker knows the same and holds another state
   * @param inlineBytes the most bytes of small contents to send along, in all: those of the last,
   *     newest records, as many as surely fit
   */
  Answer answer(Knowledge asker, boolean full, long inlineBytes) throws IOException;

  /** An answer being given. Closed by its user, also when it breaks off; not thread-safe. */
  interface Answer extends AutoCloseable {

    /** What goes before the records. */
    PullHeader header();

    /** The next record; null after the last. */
    @Nullable ZoneRecord next() throws IOException;

    @Override
    void close();
  }

  /**
   * Starts a pull: the records of one answer, merged when all are here.
   *
   * @param asked the knowledge that was sent with the question
   */
  Pull begin(PullHeader header, Knowledge asked);

  /** A pull under way. Closing it before {@link #commit} throws away what came. Not thread-safe. */
  interface Pull extends AutoCloseable {

    /** Takes one record in. */
    void add(ZoneRecord record) throws IOException;

    /** Merges all records as one step and has the disk follow. */
    PullResult commit() throws IOException;

    @Override
    void close();
  }

  /** Contents that are known and not here, small ones first. */
  List<PendingContent> pending(int most);

  /** Hears that no member in reach has the bytes of so many contents, one of them of this file. */
  void soughtInVain(FileId source, int contents);

  /**
   * Serves bytes that one change wrote, if they still are what it wrote.
   *
   * @param source the inode
   * @param stretch what, and which change wrote all of it
   * @param into where the bytes go; has room for them
   * @return false if the file has moved on here: ask for the newer version, or ask another
   */
  boolean read(FileId source, Stretch stretch, ByteBuffer into) throws IOException;

  /** A part of a file that one change wrote. */
  record Stretch(ByteRange range, Dot dot) {}

  /**
   * Builds a content beside the tree, from what is held and what is to be fetched; null if it is no
   * longer wanted.
   */
  @Nullable ContentSink stage(PendingContent content) throws IOException;

  /** Remembers what a member told that it knows, so that deletions all know of may be forgotten. */
  void memberKnows(String member, Knowledge knowledge);

  /**
   * Forgets deletions that every one of these members, and this one, knows of; returns how many.
   */
  long purge(Collection<String> members) throws IOException;

  /** Conflicts for people to look at. */
  List<ConflictCopy> conflicts(int most);

  /**
   * Compares folder and index: takes in what was put there behind our back, and marks for fetching
   * what is missing.
   *
   * @param authority who is right about the attributes of what both have, and about names under
   *     which they have different things
   */
  ScanReport scan(Authority authority) throws IOException;

  /** Who is right about owners, modes, extended attributes, access control lists and such names. */
  enum Authority {
    /** The disk, where they were surely set by hand: somebody says that he did. */
    DISK,
    /** The index: files may have lost theirs, or be old copies. */
    INDEX
  }

  /**
   * What a scan found.
   *
   * @param files looked at
   * @param added taken in as new
   * @param edited taken in as edits of bytes or attributes, or as something else under a name
   * @param missing to be fetched back
   */
  record ScanReport(long files, long added, long edited, long missing) {}

  /**
   * Whether names of the zone's first level are missing from its folder: it was emptied, or another
   * disk is in its place.
   */
  boolean folderLacksNames() throws IOException;

  /** The bytes that are held here, to compare with those of others. */
  HeldContents heldContents();

  /** What an administrator should hear of, each thing once. */
  List<String> takeAlarms();

  /** What an administrator may want to do something about, each thing once. */
  List<String> takeWarnings();

  /** What the zone did by itself that people should hear of, each thing once. */
  List<String> takeNews();

  /**
   * Has a listener called after the zone's version changed; it must return at once. Closing the
   * result ends that.
   */
  AutoCloseable onVersion(Runnable listener);

  /**
   * Waits until all that is known and fetched shows on disk, or the time is over; false if it was.
   */
  boolean settle(java.time.Duration most) throws InterruptedException;
}
