// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.grapevinefs.replication.core.Answer;
import org.grapevinefs.replication.core.Content;
import org.grapevinefs.replication.core.Dot;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Inode;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.core.PendingContent;
import org.grapevinefs.replication.core.PullHeader;
import org.grapevinefs.replication.core.PullResult;
import org.grapevinefs.replication.core.PullSession;
import org.grapevinefs.replication.core.Removals;
import org.grapevinefs.replication.core.ReplicaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both sides of a pull, with the small contents that ride along. */
final class Pulls {

  private static final Logger LOG = LoggerFactory.getLogger(Pulls.class);
  private static final long MOST_INLINE = 32L << 20;

  /** So many small contents that ride along are taken; the others are fetched apart. */
  private static final int MOST_INLINE_FILES = 20_000;

  /** So few contents of a pull are synced each by itself. */
  private static final int SINGLE_SYNCS = 4;

  private final ZoneState zone;
  private final Versions versions;
  private final Transfers transfers;
  private final Serving serving;
  private final Settler settler;
  private final Installs installs;
  private final Filling filling;
  private final BeforeRemoving removing;
  private final RootAttributes root;

  Pulls(
      ZoneState zone,
      Versions versions,
      Transfers transfers,
      Serving serving,
      Settler settler,
      Installs installs,
      Filling filling,
      BeforeRemoving removing,
      RootAttributes root) {
    this.zone = zone;
    this.versions = versions;
    this.transfers = transfers;
    this.serving = serving;
    this.settler = settler;
    this.installs = installs;
    this.filling = filling;
    this.removing = removing;
    this.root = root;
  }

  ZoneReplica.Answer answer(Knowledge asker, boolean full, long inlineBytes) throws IOException {
    Answer answer;
    zone.lock.lock();
    try {
      answer = zone.replica.answer(asker, full);
    } finally {
      zone.lock.unlock();
    }
    try {
      // The bytes that the answer's state speaks of must be on disk before anyone hears of them.
      versions.beforeTelling();
    } catch (IOException e) {
      answer.close();
      throw e;
    }
    return new Given(answer, asker, inlineBytes);
  }

  /** An answer on its way to a peer. */
  private final class Given implements ZoneReplica.Answer {
    private final Answer answer;
    private final Knowledge asker;
    private long withoutContents;
    private long inlineLeft;

    Given(Answer answer, Knowledge asker, long inlineLeft) {
      this.answer = answer;
      this.asker = asker;
      this.inlineLeft = inlineLeft;
      this.withoutContents = answer.header().count() - inlineLeft / ZoneReplica.MAX_INLINE;
    }

    @Override
    public PullHeader header() {
      return answer.header();
    }

    @Override
    public @Nullable ZoneRecord next() throws IOException {
      if (!answer.hasNext()) {
        return null;
      }
      Inode inode = answer.next();
      if (withoutContents-- > 0) {
        return new ZoneRecord(inode, List.of());
      }
      List<ZoneRecord.Inline> inline = serving.inline(inode, asker, inlineLeft);
      inline.forEach(one -> inlineLeft -= one.bytes().length());
      return new ZoneRecord(inode, inline);
    }

    @Override
    public void close() {
      answer.close();
    }
  }

  ZoneReplica.Pull begin(PullHeader header, Knowledge asked) {
    zone.lock.lock();
    try {
      return new Taken(zone.replica.begin(header, asked));
    } finally {
      zone.lock.unlock();
    }
  }

  /** A pull coming in. The small contents that ride along go to the workshop as they come. */
  private final class Taken implements ZoneReplica.Pull {
    private final PullSession session;
    private final Map<FileId, Map<Dot, Transfers.Small>> inline = new HashMap<>();
    private long inlineBytes;
    private long taken;

    Taken(PullSession session) {
      this.session = session;
      filling.begin(Filling.Step.TAKING, session.header().count());
    }

    @Override
    public void add(ZoneRecord record) throws IOException {
      try {
        session.add(session.header().response(), record.inode());
      } catch (ReplicaException e) {
        throw new IOException("a record that does not fit: " + e.getMessage(), e);
      }
      filling.done(++taken);
      for (ZoneRecord.Inline one : record.inline()) {
        inlineBytes += one.bytes().length();
        if (one.bytes().length() <= ZoneReplica.MAX_INLINE
            && inlineBytes <= MOST_INLINE
            && inline.size() < MOST_INLINE_FILES) {
          add(record.inode(), one);
        }
      }
    }

    private void add(Inode inode, ZoneRecord.Inline one) throws IOException {
      Map<Dot, Transfers.Small> known = inline.computeIfAbsent(inode.id(), id -> new HashMap<>(2));
      if (zone.reserve.isGiven()
          || known.containsKey(one.content())
          || !(inode.content(one.content()) instanceof Content.Regular content)) {
        return;
      }
      // Of many none is synced by itself.
      boolean alone = session.header().count() <= SINGLE_SYNCS;
      Transfers.Small small;
      try {
        small = transfers.write(inode.id(), content, one.bytes(), alone);
      } catch (IOException e) {
        transfers.noteFull(e);
        throw e;
      }
      if (small != null) {
        known.put(one.content(), alone ? transfers.toDiskSoon(small) : small);
      }
    }

    @Override
    public PullResult commit() throws IOException {
      List<Dot> riding = inline.values().stream().flatMap(one -> one.keySet().stream()).toList();
      transfers.expect(riding);
      PullResult result;
      try {
        result = merged();
        List<FileId> coming = transfers.take(wanted());
        Set<FileId> look = new LinkedHashSet<>(result.changed());
        coming.forEach(look::remove);
        List<FileId> lacking = look.stream().filter(Pulls.this::onlyLacksBytes).toList();
        lacking.forEach(look::remove);
        settler.bytesComing(coming);
        settler.bytesComing(lacking);
        settler.look(look);
      } finally {
        transfers.expectNoMore(riding);
      }
      root.bringToDisk();
      zone.wakeSettler();
      versions.touched();
      zone.versionChanged();
      return result;
    }

    private PullResult merged() throws IOException {
      Removals.Found found = found();
      removing.look(found);
      PullResult result = begun();
      removing.removed(found);
      if (result.more() && !installs.run()) {
        throw new IOException("the zone is being closed");
      }
      return result;
    }

    /** What this will remove: counted without the lock, since it may be of very many. */
    private Removals.Found found() {
      Removals removals;
      zone.lock.lock();
      try {
        removals = session.removals();
      } finally {
        zone.lock.unlock();
      }
      if (removals == null) {
        return Removals.Found.NOTHING;
      }
      try (removals) {
        return removals.count();
      }
    }

    private PullResult begun() throws IOException {
      zone.lock.lock();
      try {
        PullResult result = session.commit();
        zone.forgetAll();
        return result;
      } catch (ReplicaException e) {
        throw new IOException("an answer that is not whole: " + e.getMessage(), e);
      } finally {
        zone.lock.unlock();
      }
    }

    /** Those of the small contents that are wanted; they are no longer this pull's. */
    private Map<PendingContent, Transfers.Small> wanted() {
      Map<PendingContent, Transfers.Small> wanted = new LinkedHashMap<>();
      for (Map.Entry<FileId, Map<Dot, Transfers.Small>> one : inline.entrySet()) {
        for (PendingContent content : Pulls.this.wanted(one.getKey())) {
          Transfers.Small small = one.getValue().remove(content.wanted().dot());
          if (small != null) {
            wanted.put(content, small);
          }
        }
      }
      return wanted;
    }

    @Override
    public void close() {
      session.close();
      filling.brokenOff(Filling.Step.TAKING);
      for (Map<Dot, Transfers.Small> unwanted : inline.values()) {
        unwanted.values().forEach(this::drop);
      }
      inline.clear();
    }

    private void drop(Transfers.Small small) {
      try {
        transfers.drop(small);
      } catch (IOException e) {
        LOG.debug("zone {}: {} stays in the workshop", zone.name, small.name(), e);
      }
    }
  }

  /** Whether a file waits for bytes to be fetched: to look at it before is work for nothing. */
  private boolean onlyLacksBytes(FileId id) {
    zone.lock.lock();
    try {
      Inode inode = zone.replica.inode(id);
      if (inode == null || !inode.isAlive()) {
        return false;
      }
      List<Content> contents = inode.shownContents();
      return contents.size() == 1
          && contents.getFirst() instanceof Content.Regular regular
          && regular.size() > 0
          && zone.replica.held(id) == null
          && !transfers.isHere(new Staging.Key(id, regular.dot()));
    } finally {
      zone.lock.unlock();
    }
  }

  /** The contents of an inode that may be lacking here. */
  private List<PendingContent> wanted(FileId id) {
    zone.lock.lock();
    try {
      Inode inode = zone.replica.inode(id);
      List<Content> contents = inode == null ? List.of() : inode.shownContents();
      // Without siblings it shows under its own id, which needs no plan to be found out.
      if (contents.size() == 1 && contents.getFirst() instanceof Content.Regular regular) {
        return List.of(new PendingContent(id, id, regular, null, null, List.of()));
      }
      return zone.replica.plan(id).fetch();
    } finally {
      zone.lock.unlock();
    }
  }
}
