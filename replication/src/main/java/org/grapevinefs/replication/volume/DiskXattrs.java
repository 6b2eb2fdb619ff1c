// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.volume.NativeCall.Scratch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The extended attributes of a file as they are on disk: those that users give, with {@code user.}
 * before their names, and access control lists (xattr(7), acl(5)). What a volume does not take is
 * left out.
 */
final class DiskXattrs {

  private static final Logger LOG = LoggerFactory.getLogger(DiskXattrs.class);
  private static final String PREFIX = "user.";
  private static final String ACCESS = "system.posix_acl_access";
  private static final String DEFAULT = "system.posix_acl_default";

  /** What the kernel gives at most for a list of names, and for a value. */
  private static final int MOST = 65_536;

  private static final int MOST_TOGETHER = 262_144;

  private static final MethodHandle LIST =
      NativeCall.bind("llistxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle GET =
      NativeCall.bind("lgetxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle SET =
      NativeCall.bind("lsetxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle REMOVE =
      NativeCall.bind("lremovexattr", JAVA_INT, ADDRESS, ADDRESS);

  private final byte[] path;

  /** Those of what has a name in a directory that is open; {@code .}: of the directory. */
  DiskXattrs(int directory, byte[] name) {
    // These calls know no directory to begin at, before Linux 6.13.
    byte[] start = ("/proc/self/fd/" + directory + "/").getBytes(StandardCharsets.US_ASCII);
    path = new byte[start.length + name.length];
    System.arraycopy(start, 0, path, 0, start.length);
    System.arraycopy(name, 0, path, start.length, name.length);
  }

  /** Those that are there, by the names that the index has; none where the volume has none. */
  SortedMap<String, Bytes> read() {
    SortedMap<String, Bytes> found = new TreeMap<>();
    int room = MOST_TOGETHER;
    for (String name : names()) {
      try {
        Bytes value = get(name);
        room -= value.length();
        if (room >= 0) {
          take(found, name, value);
        }
      } catch (PosixException e) {
        LOG.debug("an extended attribute cannot be read", e);
      } catch (IllegalArgumentException e) {
        LOG.debug("an access control list that is none", e);
      }
    }
    return found;
  }

  private static void take(SortedMap<String, Bytes> found, String name, Bytes value) {
    switch (name) {
      case ACCESS -> AccessControlList.decode(value).putAccess(found);
      case DEFAULT ->
          found.put(AccessControlList.DEFAULT, AccessControlList.decode(value).encode());
      default -> found.put(name.substring(PREFIX.length()), value);
    }
  }

  /** Has exactly these be there, of a file with this mode, as far as the volume takes them. */
  void write(SortedMap<String, Bytes> wanted, int mode) {
    SortedMap<String, Bytes> named = new TreeMap<>();
    wanted.forEach((name, value) -> {
      if (name.indexOf('\0') < 0) {
        named.put(PREFIX + name, value);
      }
    });
    AccessControlList access = AccessControlList.access(wanted, mode);
    if (access != null) {
      named.put(ACCESS, access.encode());
    }
    AccessControlList defaults = AccessControlList.defaults(wanted);
    if (defaults != null) {
      named.put(DEFAULT, defaults.encode());
    }
    for (String name : names()) {
      if (!named.containsKey(name)) {
        tolerate(() -> remove(name));
      }
    }
    named.forEach((name, value) -> tolerate(() -> set(name, value)));
  }

  /** A call that may fail. */
  @FunctionalInterface
  private interface Attempt {
    void run() throws PosixException;
  }

  private static void tolerate(Attempt attempt) {
    try {
      attempt.run();
    } catch (PosixException e) {
      LOG.debug("an extended attribute stays in the index only", e);
    }
  }

  /** The names that are there and that we know what to do with, in full. */
  private List<String> names() {
    List<String> names = new ArrayList<>();
    try {
      byte[] list =
          bytes(
              "llistxattr",
              (s, into) -> (long) LIST.invokeExact(s.state, s.name(path), into, (long) MOST));
      for (String name : new String(list, StandardCharsets.UTF_8).split("\0")) {
        boolean users = name.startsWith(PREFIX) && name.length() > PREFIX.length();
        if (users || name.equals(ACCESS) || name.equals(DEFAULT)) {
          names.add(name);
        }
      }
    } catch (PosixException e) {
      LOG.debug("extended attributes cannot be listed", e);
    }
    return names;
  }

  private Bytes get(String name) throws PosixException {
    byte[] full = name.getBytes(StandardCharsets.UTF_8);
    return Bytes.of(
        bytes(
            "lgetxattr",
            (s, into) ->
                (long)
                    GET.invokeExact(s.state, s.name(path), s.otherName(full), into, (long) MOST)));
  }

  private void set(String name, Bytes value) throws PosixException {
    byte[] full = name.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = value.toArray();
    MemorySegment from = Scratch.get().bytes(Math.max(1, bytes.length));
    MemorySegment.copy(bytes, 0, from, JAVA_BYTE, 0, bytes.length);
    Posix.runLong(
        "lsetxattr",
        s ->
            (int)
                SET.invokeExact(
                    s.state, s.name(path), s.otherName(full), from, (long) bytes.length, 0));
  }

  private void remove(String name) throws PosixException {
    byte[] full = name.getBytes(StandardCharsets.UTF_8);
    Posix.runLong(
        "lremovexattr", s -> (int) REMOVE.invokeExact(s.state, s.name(path), s.otherName(full)));
  }

  /** A call that fills memory and tells how much of it. */
  @FunctionalInterface
  private interface Filling {
    long call(Scratch scratch, MemorySegment into) throws Throwable;
  }

  private static byte[] bytes(String call, Filling filling) throws PosixException {
    MemorySegment into = Scratch.get().bytes(MOST);
    int length = (int) Posix.runLong(call, s -> filling.call(s, into));
    byte[] result = new byte[length];
    MemorySegment.copy(into, JAVA_BYTE, 0, result, 0, length);
    return result;
  }
}
