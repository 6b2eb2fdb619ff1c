// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.Refusals;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.OpenMode;
import org.jspecify.annotations.Nullable;

/** The opens with their share reservations, and the locks (RFC 8881, section 9). */
final class FileStates {

  private static final int READ = 1;
  private static final int BOTH = 3;

  /** The name of a file of any zone. */
  record FileKey(UUID zone, FileId file) {}

  private record StateKey(long client, int number) {}

  private final StateTable table;
  private final Limits.State limits;
  private final Refusals refusals;
  private final Map<FileKey, State.FileState> files = new ConcurrentHashMap<>();
  private final Map<StateKey, State> states = new ConcurrentHashMap<>();
  private final AtomicInteger opens = new AtomicInteger();
  private final Delegations delegations;
  private int lastNumber;

  FileStates(StateTable table, Limits.State limits, Refusals refusals, FileHandles handles) {
    this.table = table;
    this.limits = limits;
    this.refusals = refusals;
    this.delegations = new Delegations(table, this, handles);
  }

  Delegations delegations() {
    return delegations;
  }

  int opens() {
    return opens.get();
  }

  static FileKey key(Target.InZone file) {
    return new FileKey(file.export().zone(), file.file());
  }

  // Finding

  /** The state that a stateid of this client names. */
  State find(Client client, Stateid stateid) throws NfsException {
    State state = states.get(new StateKey(stateid.client(), stateid.number()));
    if (state == null || state.client != client) {
      boolean revoked =
          stateid.client() == client.id() && client.revoked.contains(stateid.number());
      throw new NfsException(revoked ? NfsStatus.DELEG_REVOKED : NfsStatus.BAD_STATEID);
    }
    int seqid = state.seqid;
    if (stateid.seqid() != 0 && stateid.seqid() != seqid) {
      throw new NfsException(
          stateid.seqid() - seqid > 0 ? NfsStatus.BAD_STATEID : NfsStatus.OLD_STATEID);
    }
    return state;
  }

  private State.Open findOpen(Client client, Stateid stateid, Target.InZone file)
      throws NfsException {
    if (find(client, stateid) instanceof State.Open open && isOf(open, file)) {
      return open;
    }
    throw new NfsException(NfsStatus.BAD_STATEID);
  }

  /** What is held of a file; null: nothing. */
  State.@Nullable FileState find(FileKey key) {
    return files.get(key);
  }

  static boolean isOf(State state, Target.InZone file) {
    return state.file.id.equals(file.file())
        && state.file.export.zone().equals(file.export().zone());
  }

  /**
   * Whether a right to write was proved here. Not so under a delegation alone: its client opens
   * files for its users itself.
   */
  boolean isProved(Client client, Stateid stateid) throws NfsException {
    return table.guarded(() ->
        !(find(client, stateid) instanceof State.Delegation held)
            || held.file.opens.stream()
                .anyMatch(open -> open.client == client && (open.access & 2) != 0));
  }

  /**
   * Whether a stateid lets a client read or write a file.
   *
   * @return true: the right was proved at open; false: a special stateid, so the caller's rights
   *     count
   */
  boolean mayTouch(Client client, Stateid stateid, Target.InZone file, boolean write)
      throws NfsException {
    if (stateid.isSpecial()) {
      delegations.require(client, file, write);
      State.FileState known = files.get(key(file));
      if (known != null) {
        table.guarded(() -> {
          refuseDenied(known, write ? 2 : READ, NfsStatus.LOCKED);
          return known;
        });
      }
      return false;
    }
    State state = find(client, stateid);
    if (!isOf(state, file)) {
      throw new NfsException(NfsStatus.BAD_STATEID);
    }
    // Reading through an open for writing is let through, for clients that fill pages (RFC 8881,
    // section 9.1.2).
    if (write && (state.access() & 2) == 0) {
      throw new NfsException(NfsStatus.OPENMODE);
    }
    if (write) {
      delegations.touched(client, file);
    }
    return true;
  }

  /**
   * Whether the right to touch a file, as a stateid gives it, is this user's: it is of the one who
   * opened the file. Under a delegation the client answers for its users.
   */
  boolean belongsTo(Client client, Stateid stateid, Client.Principal user) throws NfsException {
    return switch (find(client, stateid)) {
      case State.Open open -> open.isOpenTo(user);
      case State.Lock lock -> lock.open.isOpenTo(user);
      case State.Delegation held -> true;
    };
  }

  // Opening

  /** An open-owner, and the user on whose behalf it asks. */
  record Opener(Opaque owner, Client.Principal user) {}

  /** The state that a stateid of this client names, whatever it went through since; or null. */
  @Nullable State named(Client client, Stateid stateid) {
    State state = states.get(new StateKey(stateid.client(), stateid.number()));
    return state == null || state.client != client ? null : state;
  }

  /**
   * Fails if an open denies an access, the owner's own too; takes away clients that let their lease
   * run out.
   */
  private void refuseDenied(State.FileState file, int access, NfsStatus refusal)
      throws NfsException {
    for (State.Open other : List.copyOf(file.opens)) {
      if ((other.deny & access) != 0) {
        yieldOrRefuse(other.client, refusal);
      }
    }
  }

  private void yieldOrRefuse(Client holder, NfsStatus refusal) throws NfsException {
    if (!table.isExpired(holder)) {
      throw new NfsException(refusal);
    }
    table.drop(holder);
  }

  /**
   * Opens a file, or opens it for more. The zone has been told of the open with {@code access}
   * already; what was told too much is taken back, also when this fails.
   */
  Stateid open(Client client, Opener by, Target.InZone file, int access, int deny, boolean reclaim)
      throws NfsException {
    boolean done = false;
    try {
      Stateid stateid =
          table.guarded(() -> {
            table.admit(client, reclaim);
            return openGuarded(client, by, file, access, deny);
          });
      done = true;
      return stateid;
    } finally {
      if (!done) {
        file.export().files().closed(file.file(), State.mode(access));
      }
    }
  }

  private Stateid openGuarded(Client client, Opener by, Target.InZone file, int access, int deny)
      throws NfsException {
    State.FileState known = files.get(key(file));
    State.FileState of = known != null ? known : new State.FileState(file.export(), file.file());
    Client.OpenKey name = new Client.OpenKey(by.owner(), of);
    State.Open open = client.opens.get(name);
    delegations.refuse(of, client, (access & 2) != 0 || deny != 0);
    refuseDenied(of, access, NfsStatus.SHARE_DENIED);
    for (State.Open other : List.copyOf(of.opens)) {
      if ((deny & other.access) != 0) {
        yieldOrRefuse(other.client, NfsStatus.SHARE_DENIED);
      }
    }
    if (open == null) {
      open = new State.Open(client, number(client), of, by.owner(), by.user());
      open.access = access;
      open.deny = deny;
      note(open, access, deny);
      add(open);
      files.putIfAbsent(key(file), of);
      of.opens.add(open);
      client.opens.put(name, open);
      opens.incrementAndGet();
      return open.stateid();
    }
    int before = open.access;
    open.openedBy(by.user());
    open.access |= access;
    open.deny |= deny;
    note(open, access, deny);
    changeMode(open, before, access);
    return open.advance();
  }

  private static void note(State.Open open, int access, int deny) {
    open.accesses |= 1 << access;
    open.denials |= 1 << deny;
  }

  /** What is left of the sets of bits once nothing over {@code most} is held any more. */
  private static int within(int sets, int most) {
    int left = 0;
    for (int bits = 0; bits <= BOTH; bits++) {
      left |= (bits & ~most) == 0 ? sets & 1 << bits : 0;
    }
    return left;
  }

  /**
   * The zone now counts one open for {@code before} and one for {@code added}; it should be one for
   * the open's all.
   */
  private void changeMode(State.Open open, int before, int added) {
    int after = open.access;
    if (after == before) {
      tellClosed(open, added);
    } else if (after == added) {
      tellClosed(open, before);
    } else {
      tellOpened(open, after);
      tellClosed(open, before);
      tellClosed(open, added);
    }
  }

  private void tellClosed(State.Open open, int access) {
    tellClosed(open.file, State.mode(access));
  }

  void tellClosed(State.FileState file, OpenMode mode) {
    table.later(() -> file.export.files().closed(file.id, mode));
  }

  private void tellOpened(State.Open open, int access) {
    tellOpened(open.file, State.mode(access));
  }

  void tellOpened(State.FileState file, OpenMode mode) {
    table.later(() -> {
      try {
        file.export.files().opened(file.id, mode);
      } catch (org.grapevinefs.replication.fs.ZoneException e) {
        // The file went just now. Its bytes stay readable for as long as the zone can tell; nothing
        // to undo.
      }
    });
  }

  /** Whether a client may hold one thing more. */
  boolean hasRoom(Client client) {
    return client.states.size() < limits.statesPerClient() && states.size() < limits.states();
  }

  private void refuseIf(boolean over, Refusals.Kind kind, Client client) throws NfsException {
    if (over) {
      refusals.note(kind, client.address());
      throw new NfsException(NfsStatus.RESOURCE);
    }
  }

  int number(Client client) throws NfsException {
    refuseIf(client.states.size() >= limits.statesPerClient(), Refusals.Kind.STATES, client);
    refuseIf(states.size() >= limits.states(), Refusals.Kind.ALL_STATES, client);
    do {
      lastNumber++;
    } while (lastNumber == 0
        || client.states.containsKey(lastNumber)
        || client.revoked.contains(lastNumber));
    return lastNumber;
  }

  void add(State state) {
    state.client.states.put(state.number, state);
    states.put(new StateKey(state.client.id(), state.number), state);
  }

  void remove(State state) {
    state.client.states.remove(state.number);
    states.remove(new StateKey(state.client.id(), state.number));
  }

  Stateid downgrade(Client client, Stateid stateid, Target.InZone file, int access, int deny)
      throws NfsException {
    return table.guarded(() -> {
      State.Open open = findOpen(client, stateid, file);
      // Only to what it was opened with (RFC 8881, section 18.18.3).
      boolean known = (open.accesses & 1 << access) != 0 && (open.denials & 1 << deny) != 0;
      boolean less = (access & ~open.access) == 0 && (deny & ~open.deny) == 0;
      if (!known || !less) {
        throw new NfsException(NfsStatus.INVAL);
      }
      int before = open.access;
      open.access = access;
      open.deny = deny;
      open.accesses = within(open.accesses, access);
      open.denials = within(open.denials, deny);
      if (access != before) {
        tellOpened(open, access);
        tellClosed(open, before);
      }
      return open.advance();
    });
  }

  Stateid close(Client client, Stateid stateid, Target.InZone file) throws NfsException {
    return table.guarded(() -> {
      State.Open open = findOpen(client, stateid, file);
      drop(open);
      return new Stateid(-1, 0, 0);
    });
  }

  private void drop(State.Open open) {
    for (State.Lock lock : open.locks) {
      open.client.ranges -= open.file.locks.unlockAll(lock.owner);
      open.client.locks.remove(new Client.LockKey(lock.owner.owner(), open.file));
      remove(lock);
    }
    open.locks.clear();
    remove(open);
    open.client.opens.remove(new Client.OpenKey(open.owner, open.file));
    open.file.opens.remove(open);
    forgetIfIdle(open.file);
    opens.decrementAndGet();
    tellClosed(open, open.access);
  }

  /** Forgets a file of which nothing is held any more. */
  void forgetIfIdle(State.FileState file) {
    if (file.opens.isEmpty() && file.delegations.isEmpty()) {
      files.remove(file.key(), file);
    }
  }

  /** Takes all that a client holds away; called under the lock. */
  void dropAll(Client client) {
    for (State state : List.copyOf(client.states.values())) {
      if (state instanceof State.Delegation held) {
        delegations.drop(held);
      }
    }
    client.revoked.clear();
    for (State.Open open : List.copyOf(client.opens.values())) {
      drop(open);
    }
  }

  // Locking

  /**
   * A lock that a client wants, or asks about.
   *
   * @param first the first byte
   * @param last the last byte; all ones: to the end for ever
   */
  record Wish(long first, long last, boolean exclusive) {}

  /** What came of it: a stateid, or the lock in the way. */
  record Outcome(@Nullable Stateid stateid, ByteRangeLocks.@Nullable Range conflict) {}

  /** Locks for an owner that may be new to the file. */
  Outcome lockAnew(
      Client client,
      Stateid openStateid,
      Target.InZone file,
      Opaque owner,
      Wish wish,
      boolean reclaim)
      throws NfsException {
    return table.guarded(() -> {
      State.Open open = findOpen(client, openStateid, file);
      table.admit(client, reclaim);
      State.Lock lock = client.locks.get(new Client.LockKey(owner, open.file));
      if (lock != null) {
        return lock(lock, wish, true);
      }
      checkMode(open, wish);
      ByteRangeLocks.Owner name = new ByteRangeLocks.Owner(client.id(), owner);
      ByteRangeLocks.Range conflict = conflict(open.file, name, wish);
      if (conflict != null) {
        return new Outcome(null, conflict);
      }
      refuseRanges(client, open.file);
      State.Lock fresh = new State.Lock(open, number(client), name);
      add(fresh);
      open.locks.add(fresh);
      client.locks.put(new Client.LockKey(owner, open.file), fresh);
      return lock(fresh, wish, false);
    });
  }

  /** Locks for an owner that has locked in the file before. */
  Outcome lockMore(Client client, Stateid stateid, Target.InZone file, Wish wish, boolean reclaim)
      throws NfsException {
    return table.guarded(() -> {
      State.Lock lock = findLock(client, stateid, file);
      table.admit(client, reclaim);
      return lock(lock, wish, true);
    });
  }

  private State.Lock findLock(Client client, Stateid stateid, Target.InZone file)
      throws NfsException {
    if (find(client, stateid) instanceof State.Lock lock && isOf(lock, file)) {
      return lock;
    }
    throw new NfsException(NfsStatus.BAD_STATEID);
  }

  private static void checkMode(State.Open open, Wish wish) throws NfsException {
    if ((open.access & (wish.exclusive() ? 2 : READ)) == 0) {
      throw new NfsException(NfsStatus.OPENMODE);
    }
  }

  private Outcome lock(State.Lock lock, Wish wish, boolean known) throws NfsException {
    checkMode(lock.open, wish);
    ByteRangeLocks.Range conflict = conflict(lock.file, lock.owner, wish);
    if (conflict != null) {
      return new Outcome(null, conflict);
    }
    refuseRanges(lock.client, lock.file);
    int before = lock.file.locks.size();
    lock.file.locks.lock(lock.owner, wish.first(), wish.last(), wish.exclusive());
    lock.client.ranges += lock.file.locks.size() - before;
    return new Outcome(known ? lock.advance() : lock.stateid(), null);
  }

  private void refuseRanges(Client client, State.FileState file) throws NfsException {
    int here = file.locks.size();
    refuseIf(here >= limits.locksPerFile(), Refusals.Kind.LOCKS_OF_FILE, client);
    refuseIf(client.ranges >= limits.locksPerClient(), Refusals.Kind.LOCKS_OF_CLIENT, client);
  }

  /** What is in the way, once clients whose lease ran out are gone. */
  private ByteRangeLocks.@Nullable Range conflict(
      State.FileState file, ByteRangeLocks.Owner owner, Wish wish) {
    while (true) {
      ByteRangeLocks.Range range =
          file.locks.conflict(owner, wish.first(), wish.last(), wish.exclusive());
      if (range == null) {
        return null;
      }
      Client holder = holders(file).get(range.owner().client());
      if (holder == null || !table.isExpired(holder)) {
        return range;
      }
      table.drop(holder);
    }
  }

  private static Map<Long, Client> holders(State.FileState file) {
    Map<Long, Client> holders = new HashMap<>();
    for (State.Open open : file.opens) {
      holders.put(open.client.id(), open.client);
    }
    return holders;
  }

  ByteRangeLocks.@Nullable Range test(Client client, Target.InZone file, Opaque owner, Wish wish)
      throws NfsException {
    State.FileState known = files.get(key(file));
    if (known == null) {
      return null;
    }
    Outcome outcome =
        table.guarded(() ->
            new Outcome(null, conflict(known, new ByteRangeLocks.Owner(client.id(), owner), wish)));
    return outcome.conflict();
  }

  Stateid unlock(Client client, Stateid stateid, Target.InZone file, long first, long last)
      throws NfsException {
    return table.guarded(() -> {
      State.Lock lock = findLock(client, stateid, file);
      // Unlocking the middle of a range leaves two.
      if (lock.file.locks.splits(lock.owner, first, last)) {
        refuseRanges(client, lock.file);
      }
      int before = lock.file.locks.size();
      lock.file.locks.unlock(lock.owner, first, last);
      client.ranges += lock.file.locks.size() - before;
      return lock.advance();
    });
  }

  /** Gives up a lock owner's stateid that no lock needs any more, or one that was revoked. */
  void free(Client client, Stateid stateid) throws NfsException {
    if (stateid.client() == client.id() && client.revoked.remove(stateid.number())) {
      return;
    }
    table.guarded(() -> {
      if (!(find(client, stateid) instanceof State.Lock lock)
          || lock.file.locks.holds(lock.owner)) {
        throw new NfsException(NfsStatus.LOCKS_HELD);
      }
      lock.open.locks.remove(lock);
      client.locks.remove(new Client.LockKey(lock.owner.owner(), lock.file));
      remove(lock);
      return lock;
    });
  }

  /** Gives up what a lock owner needed in all files. */
  void release(Client client, Opaque owner) throws NfsException {
    table.guarded(() -> {
      for (State.Lock lock : List.copyOf(client.locks.values())) {
        if (lock.owner.owner().equals(owner)) {
          if (lock.file.locks.holds(lock.owner)) {
            throw new NfsException(NfsStatus.LOCKS_HELD);
          }
          lock.open.locks.remove(lock);
          client.locks.remove(new Client.LockKey(owner, lock.file));
          remove(lock);
        }
      }
      return client;
    });
  }

  static boolean isAccess(int access) {
    return access >= READ && access <= BOTH;
  }
}
