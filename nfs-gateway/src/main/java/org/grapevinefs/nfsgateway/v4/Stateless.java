// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.net.InetAddress;
import java.util.List;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.rpc.BufferPool;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.jspecify.annotations.Nullable;

/**
 * What version 3, whose clients have no state here, shares with version 4: exports and their
 * handles, and the respect for what clients of version 4 hold.
 */
public final class Stateless {

  private final Engine engine;

  Stateless(Engine engine) {
    this.engine = engine;
  }

  /** Bounds. */
  public Limits limits() {
    return engine.limits();
  }

  /** Where large answers are put. */
  public BufferPool buffers() {
    return engine.buffers();
  }

  /** The exports that a client may see. */
  public List<Export> visibleTo(InetAddress client) {
    return engine.exports().visibleTo(client);
  }

  /** The export with a name, if this client may see it. */
  public @Nullable Export export(EntryName name, InetAddress client) {
    return engine.exports().byName(name, client);
  }

  /** The handle of a file, the same in all versions. */
  public byte[] handle(Export export, FileId file) {
    return engine.handles().of(export.zone(), file);
  }

  /** A file of an export. */
  public record Place(Export export, FileId file) {}

  /**
   * The file that a handle stands for; null: the handle was not made here.
   *
   * @throws ZoneException with STALE if this client may not see its export
   */
  public @Nullable Place place(byte[] handle, InetAddress client) throws ZoneException {
    FileHandles.Parts parts;
    try {
      parts = engine.handles().parse(handle);
    } catch (NfsException e) {
      return null;
    }
    if (parts.zone() == null) {
      return null;
    }
    Export export = engine.exports().byZone(parts.zone(), client);
    if (export == null) {
      throw new ZoneException(ZoneError.STALE);
    }
    return new Place(export, parts.file());
  }

  /** Checks that no client of version 4 keeps others from reading or writing a file's bytes. */
  public void requireBytes(Place place, boolean write) throws ZoneException {
    allowed(() ->
        engine.state().files().mayTouch(Client.NOBODY, Stateid.ANONYMOUS, target(place), write));
  }

  /** Checks that no client of version 4 relies on a file's staying as it is. */
  public void requireFree(Place place) throws ZoneException {
    allowed(() -> engine.state().delegations().require(Client.NOBODY, target(place), true));
  }

  /** Whether anyone may rely on that in a zone; spares looking closer. */
  public boolean mayBeHeld(Export export) {
    return engine.state().delegations().anyIn(export.zone());
  }

  /** Checks that a file's attributes are all here, and not with one who may write it unseen. */
  public void requireSeen(Place place) throws ZoneException {
    allowed(() -> engine.state().delegations().require(Client.NOBODY, target(place), false));
  }

  private static Target.InZone target(Place place) {
    return new Target.InZone(place.export(), place.file());
  }

  private interface Check {
    void run() throws NfsException;
  }

  private static void allowed(Check check) throws ZoneException {
    try {
      check.run();
    } catch (NfsException e) {
      throw new ZoneException(e.status() == NfsStatus.DELAY ? ZoneError.DELAY : ZoneError.ACCES);
    }
  }
}
