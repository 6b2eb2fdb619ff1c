// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.load;

import java.io.IOException;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;

/**
 * What one connection works on.
 *
 * @param directory of its own, for what is made
 * @param list a directory with entries to list
 * @param file of {@link #SIZE} bytes
 * @param stateid under which the file is open for reading and writing
 */
record Target(byte[] directory, byte[] list, byte[] file, byte[] stateid) {

  /** Bytes of the file. */
  static final int SIZE = 32 << 20;

  /** Entries of the list. */
  static final int ENTRIES = 1_000;

  /** The stateid that the operation before has set. */
  static final byte[] CURRENT = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  private static final String LIST = "list";
  private static final String FILE = "file";
  private static final int PIECE = 1 << 20;

  /** Makes a directory with a file in it; the list is made where it is not there yet. */
  static Target make(LoadConnection connection, byte[] parent, String name)
      throws IOException, BadXdrException {
    byte[] list = directory(connection, parent, LIST);
    byte[] own = directory(connection, parent, name);
    Ops create = new Ops().handle(own).create(name, FILE, 3, 0).getHandle();
    XdrReader in = connection.run(create);
    LoadConnection.expect(in, 22);
    LoadConnection.expect(in, 18);
    byte[] stateid = in.fixed(16);
    in.fixed(20);
    in.int32();
    in.fixed(in.length(8) * 4);
    if (in.int32() == 3) {
      int why = in.int32();
      if (why == 1 || why == 2) {
        in.int32();
      }
    }
    LoadConnection.expect(in, 10);
    byte[] file = in.opaque(128);
    byte[] data = new byte[PIECE];
    for (int at = 0; at < SIZE; at += PIECE) {
      connection.run(new Ops().handle(file).write(stateid, at, 0, data));
    }
    connection.run(new Ops().handle(file).commit(0, 0));
    return new Target(own, list, file, stateid);
  }

  private static byte[] directory(LoadConnection connection, byte[] parent, String name)
      throws IOException, BadXdrException {
    byte[] there = find(connection, parent, name);
    if (there != null) {
      return there;
    }
    XdrReader in = connection.run(new Ops().handle(parent).mkdir(name).getHandle());
    LoadConnection.expect(in, 22);
    LoadConnection.expect(in, 6);
    in.fixed(20);
    in.fixed(in.length(8) * 4);
    LoadConnection.expect(in, 10);
    byte[] made = in.opaque(128);
    for (int i = 0; name.equals(LIST) && i < ENTRIES; i++) {
      Ops create = new Ops().handle(made).create(name, "entry-" + i, 3, 0).close(CURRENT);
      connection.run(create);
    }
    return made;
  }

  private static byte @org.jspecify.annotations.Nullable [] find(
      LoadConnection connection, byte[] parent, String name) throws IOException, BadXdrException {
    XdrReader in = connection.run(new Ops().handle(parent).lookup(name).getHandle());
    LoadConnection.expect(in, 22);
    if (in.int32() != 15 || in.int32() != 0) {
      return null;
    }
    LoadConnection.expect(in, 10);
    return in.opaque(128);
  }
}
