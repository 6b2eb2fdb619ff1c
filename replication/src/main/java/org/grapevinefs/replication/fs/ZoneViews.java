// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.fs;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.jspecify.annotations.Nullable;

/**
 * One zone for several users who keep what they saw: each has a view of its own, and the listeners
 * of a view hear of what replication brings and of what comes through the other views.
 */
public final class ZoneViews {

  private final ZoneFileSystem zone;
  private final List<View> views = new CopyOnWriteArrayList<>();

  /** A zone that nobody looks at yet. */
  public ZoneViews(ZoneFileSystem zone) {
    this.zone = zone;
  }

  /** One more view, for one more user. */
  public ZoneFileSystem view() {
    View view = new View();
    views.add(view);
    return view;
  }

  private final class View implements ZoneFileSystem {

    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    private void changed(FileId id) {
      for (View other : views) {
        if (other != this) {
          other.listeners.forEach(listener -> listener.changed(id));
        }
      }
    }

    /** What a name stands for that is about to go, if anyone wants to know. */
    private @Nullable FileId named(FileId directory, EntryName name) {
      boolean wanted = false;
      for (View other : views) {
        wanted |= other != this && !other.listeners.isEmpty();
      }
      if (!wanted) {
        return null;
      }
      try {
        return zone.lookup(Caller.SYSTEM, directory, name).id();
      } catch (ZoneException e) {
        return null;
      }
    }

    private void gone(@Nullable FileId id) {
      if (id != null) {
        changed(id);
      }
    }

    @Override
    public Attributes getattr(Caller caller, FileId file) throws ZoneException {
      return zone.getattr(caller, file);
    }

    @Override
    public Attributes lookup(Caller caller, FileId directory, EntryName name) throws ZoneException {
      return zone.lookup(caller, directory, name);
    }

    @Override
    public Attributes parent(Caller caller, FileId directory) throws ZoneException {
      return zone.parent(caller, directory);
    }

    @Override
    public Attributes setattr(Caller caller, FileId file, SetAttributes attributes)
        throws ZoneException {
      Attributes after = zone.setattr(caller, file, attributes);
      changed(file);
      return after;
    }

    @Override
    public int access(Caller caller, FileId file, int wanted) throws ZoneException {
      return zone.access(caller, file, wanted);
    }

    @Override
    public Created create(
        Caller caller, FileId directory, EntryName name, CreateMode mode, SetAttributes attributes)
        throws ZoneException {
      Created created = zone.create(caller, directory, name, mode, attributes);
      changed(created.fresh() ? directory : created.attributes().id());
      return created;
    }

    @Override
    public Created mkdir(Caller caller, FileId directory, EntryName name, SetAttributes attributes)
        throws ZoneException {
      Created created = zone.mkdir(caller, directory, name, attributes);
      changed(directory);
      return created;
    }

    @Override
    public Created symlink(
        Caller caller, FileId directory, EntryName name, byte[] target, SetAttributes attributes)
        throws ZoneException {
      Created created = zone.symlink(caller, directory, name, target, attributes);
      changed(directory);
      return created;
    }

    @Override
    public Created mknod(
        Caller caller,
        FileId directory,
        EntryName name,
        FileType type,
        Device device,
        SetAttributes attributes)
        throws ZoneException {
      Created created = zone.mknod(caller, directory, name, type, device, attributes);
      changed(directory);
      return created;
    }

    @Override
    public DirectoryChange link(Caller caller, FileId file, FileId directory, EntryName name)
        throws ZoneException {
      DirectoryChange change = zone.link(caller, file, directory, name);
      changed(file);
      changed(directory);
      return change;
    }

    @Override
    public Renamed rename(
        Caller caller, FileId from, EntryName oldName, FileId to, EntryName newName)
        throws ZoneException {
      FileId over = named(to, newName);
      Renamed renamed = zone.rename(caller, from, oldName, to, newName);
      gone(over);
      gone(named(to, newName));
      changed(from);
      changed(to);
      return renamed;
    }

    @Override
    public DirectoryChange remove(Caller caller, FileId directory, EntryName name)
        throws ZoneException {
      FileId file = named(directory, name);
      DirectoryChange change = zone.remove(caller, directory, name);
      gone(file);
      changed(directory);
      return change;
    }

    @Override
    public DirectoryPage readdir(Caller caller, FileId directory, long cookie, int most)
        throws ZoneException {
      return zone.readdir(caller, directory, cookie, most);
    }

    @Override
    public byte[] readlink(Caller caller, FileId link) throws ZoneException {
      return zone.readlink(caller, link);
    }

    @Override
    public void opened(FileId file, OpenMode mode) throws ZoneException {
      zone.opened(file, mode);
    }

    @Override
    public void closed(FileId file, OpenMode mode) {
      zone.closed(file, mode);
    }

    @Override
    public ReadResult read(Caller caller, FileId file, long offset, int length)
        throws ZoneException {
      return zone.read(caller, file, offset, length);
    }

    @Override
    public ReadResult read(Caller caller, FileId file, long offset, ByteBuffer into)
        throws ZoneException {
      return zone.read(caller, file, offset, into);
    }

    @Override
    public WriteResult write(
        Caller caller, FileId file, long offset, ByteBuffer data, Stability stability)
        throws ZoneException {
      WriteResult result = zone.write(caller, file, offset, data, stability);
      changed(file);
      return result;
    }

    @Override
    public long commit(Caller caller, FileId file, long offset, long length) throws ZoneException {
      return zone.commit(caller, file, offset, length);
    }

    @Override
    public void allocate(Caller caller, FileId file, long offset, long length)
        throws ZoneException {
      zone.allocate(caller, file, offset, length);
      changed(file);
    }

    @Override
    public void deallocate(Caller caller, FileId file, long offset, long length)
        throws ZoneException {
      zone.deallocate(caller, file, offset, length);
      changed(file);
    }

    @Override
    public long seek(Caller caller, FileId file, long offset, SeekKind kind) throws ZoneException {
      return zone.seek(caller, file, offset, kind);
    }

    @Override
    public long copy(
        Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
        throws ZoneException {
      long count = zone.copy(caller, from, fromOffset, to, toOffset, length);
      changed(to);
      return count;
    }

    @Override
    public void cloneRange(
        Caller caller, FileId from, long fromOffset, FileId to, long toOffset, long length)
        throws ZoneException {
      zone.cloneRange(caller, from, fromOffset, to, toOffset, length);
      changed(to);
    }

    @Override
    public byte[] getXattr(Caller caller, FileId file, String name) throws ZoneException {
      return zone.getXattr(caller, file, name);
    }

    @Override
    public DirectoryChange setXattr(
        Caller caller, FileId file, String name, byte[] value, XattrMode mode)
        throws ZoneException {
      DirectoryChange change = zone.setXattr(caller, file, name, value, mode);
      changed(file);
      return change;
    }

    @Override
    public List<String> listXattrs(Caller caller, FileId file) throws ZoneException {
      return zone.listXattrs(caller, file);
    }

    @Override
    public DirectoryChange removeXattr(Caller caller, FileId file, String name)
        throws ZoneException {
      DirectoryChange change = zone.removeXattr(caller, file, name);
      changed(file);
      return change;
    }

    @Override
    public FileAcls getAcls(Caller caller, FileId file) throws ZoneException {
      return zone.getAcls(caller, file);
    }

    @Override
    public Attributes setAcls(Caller caller, FileId file, SetAcls acls) throws ZoneException {
      Attributes after = zone.setAcls(caller, file, acls);
      changed(file);
      return after;
    }

    @Override
    public SpaceUsage statfs(Caller caller) throws ZoneException {
      return zone.statfs(caller);
    }

    @Override
    public AutoCloseable listen(ChangeListener listener) {
      listeners.add(listener);
      AutoCloseable below = zone.listen(listener);
      return () -> {
        listeners.remove(listener);
        below.close();
      };
    }
  }
}
