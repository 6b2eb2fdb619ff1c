// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.grapevinefs.replication.core.AccessControlList;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Attributes;
import org.grapevinefs.replication.fs.ChangeListener;
import org.grapevinefs.replication.fs.Created;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.DirectoryChange;
import org.grapevinefs.replication.fs.DirectoryPage;
import org.grapevinefs.replication.fs.FileAcls;
import org.grapevinefs.replication.fs.ReadResult;
import org.grapevinefs.replication.fs.Renamed;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.WriteResult;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/** A zone that writes down each call made on it and gives each kind of result one fixed value. */
final class EchoFiles {
  static final FileId FILE = new FileId(7, 9);
  static final Attributes ATTRIBUTES =
      new Attributes(
          FILE,
          FileType.BLOCK_DEVICE,
          0640,
          3,
          -2,
          100,
          1L << 40,
          8192,
          new Device(8, -1),
          new Timestamp(-5, 999_999_999),
          new Timestamp(6, 1),
          new Timestamp(7, 2),
          new Timestamp(8, 3),
          Long.MIN_VALUE + 5);

  static final AccessControlList ACL =
      new AccessControlList(
          7,
          List.of(new AccessControlList.Named(-2, 6)),
          5,
          List.of(new AccessControlList.Named(8, 1), new AccessControlList.Named(9, 0)),
          4,
          1);

  final List<String> calls = new CopyOnWriteArrayList<>();
  final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
  final ZoneFileSystem files;

  EchoFiles() {
    files =
        (ZoneFileSystem)
            Proxy.newProxyInstance(
                EchoFiles.class.getClassLoader(),
                new Class<?>[] {ZoneFileSystem.class},
                (proxy, method, args) -> run(method, args));
  }

  private Object run(Method method, Object[] args) {
    if (method.getName().equals("listen")) {
      ChangeListener listener = (ChangeListener) args[0];
      listeners.add(listener);
      return (AutoCloseable) () -> listeners.remove(listener);
    }
    if (method.getDeclaringClass() != Object.class) {
      calls.add(describe(method, args));
    }
    return result(method);
  }

  static String describe(Method method, Object[] args) {
    List<String> words = new ArrayList<>();
    for (Object arg : args) {
      words.add(describe(arg));
    }
    return method.getName() + words;
  }

  static String describe(Object value) {
    return switch (value) {
      case byte[] bytes -> Arrays.toString(bytes);
      case ByteBuffer buffer -> {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        yield Arrays.toString(copy);
      }
      case ReadResult read -> describe(read.data()) + read.end();
      default -> String.valueOf(value);
    };
  }

  static Object result(Method method) {
    Class<?> type = method.getReturnType();
    DirectoryChange change = new DirectoryChange(-3, Long.MAX_VALUE);
    if (type == long.class) {
      return 1L << 33;
    }
    Set<Object> known =
        Set.of(
            ATTRIBUTES,
            5,
            true,
            new Created(ATTRIBUTES, change, true),
            change,
            new Renamed(change, new DirectoryChange(1, 2)),
            new DirectoryPage(
                List.of(new DirectoryPage.Entry(EntryName.of("é"), 1L << 62, ATTRIBUTES)), true),
            new byte[] {1, 2, 3},
            new ReadResult(ByteBuffer.wrap(new byte[] {4, 5}), true),
            new WriteResult(2, Stability.DATA_SYNC, 0),
            List.of("a", "b"),
            new SpaceUsage(1, 2, 3, 4),
            new FileAcls(ACL, AccessControlList.of(0751)));
    return known.stream().filter(value -> boxed(type).isInstance(value)).findFirst().orElse(FILE);
  }

  private static Class<?> boxed(Class<?> type) {
    return type == int.class ? Integer.class : type == boolean.class ? Boolean.class : type;
  }
}
