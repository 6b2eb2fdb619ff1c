// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.OpenMode;
import org.jspecify.annotations.Nullable;

/**
 * Something that a client holds of a file, named by a stateid. Guarded by the lock of {@link
 * StateTable}.
 */
abstract sealed class State {

  final Client client;
  final int number;
  final FileState file;
  volatile int seqid = 1;

  State(Client client, int number, FileState file) {
    this.client = client;
    this.number = number;
    this.file = file;
  }

  Stateid stateid() {
    return new Stateid(seqid, client.id(), number);
  }

  /** Counts a change; 0 is never a state's seqid. */
  Stateid advance() {
    seqid = seqid == -1 ? 1 : seqid + 1;
    return stateid();
  }

  /** How bytes may be touched: 1 read, 2 write. */
  abstract int access();

  /** An open file. */
  static final class Open extends State {
    final Opaque owner;
    final List<Lock> locks = new ArrayList<>();
    volatile int access;
    int deny;

    /** One bit for each access, and for each denial, that was asked for and not downgraded from. */
    int accesses;

    int denials;

    /** Who proved the right to what was opened; null: several did, each for a part. */
    volatile Client.@Nullable Principal user;

    Open(Client client, int number, FileState file, Opaque owner, Client.Principal user) {
      super(client, number, file);
      this.owner = owner;
      this.user = user;
    }

    boolean isOpenTo(Client.Principal caller) {
      Client.Principal only = user;
      return only == null || only.equals(caller);
    }

    /** Counts that the owner opens the file on behalf of this user as well. */
    void openedBy(Client.Principal another) {
      if (!another.equals(user)) {
        user = null;
      }
    }

    @Override
    int access() {
      return access;
    }
  }

  /** A lock owner's hold on a file. */
  static final class Lock extends State {
    final Open open;
    final ByteRangeLocks.Owner owner;

    Lock(Open open, int number, ByteRangeLocks.Owner owner) {
      super(open.client, number, open.file);
      this.open = open;
      this.owner = owner;
    }

    @Override
    int access() {
      return open.access;
    }
  }

  /** A promise that nobody else changes the file, or touches it at all, unasked. */
  static final class Delegation extends State {
    final boolean write;
    final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    /** When it was called back, in milliseconds; 0: it was not. */
    volatile long recalled;

    /** The file's change attribute when the delegation was given. */
    final long change;

    /** Whether the holder may have changed the file itself since. */
    volatile boolean touched;

    /** Whether it changed elsewhere, which the holder may not see before it gave this back. */
    volatile boolean stale;

    /** What others were last told of a change that only the client knows. */
    long shownChange;

    /** On what the client said then. */
    long heardChange;

    Delegation(Client client, int number, FileState file, boolean write, long change) {
      super(client, number, file);
      this.write = write;
      this.change = change;
    }

    @Override
    int access() {
      return write ? 3 : 1;
    }
  }

  /** All that is held of one file. */
  static final class FileState {
    final Export export;
    final FileId id;
    final List<Open> opens = new ArrayList<>(1);
    final List<Delegation> delegations = new CopyOnWriteArrayList<>();
    final ByteRangeLocks locks = new ByteRangeLocks();

    FileState(Export export, FileId id) {
      this.export = export;
      this.id = id;
    }

    FileStates.FileKey key() {
      return new FileStates.FileKey(export.zone(), id);
    }
  }

  /** How the zone is told of an open with these share bits. */
  static OpenMode mode(int access) {
    return switch (access) {
      case 1 -> OpenMode.READ;
      case 2 -> OpenMode.WRITE;
      default -> OpenMode.BOTH;
    };
  }
}
