// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.jspecify.annotations.Nullable;

/** A client of version 3 (RFC 1813) over one connection. */
public final class Nfs3Client implements AutoCloseable {

  private static final int MOUNT = 100_005;
  private static final int NFS = 100_003;
  private static final int ACL = 100_227;

  private final RpcConnection connection;

  /** A client over a connection. */
  public Nfs3Client(RpcConnection connection) {
    this.connection = connection;
  }

  /** An answer: its status, and what follows. */
  public record Answer(int status, XdrReader in) {
    /** The rest, if it went well. */
    public XdrReader ok() {
      if (status != 0) {
        throw new AssertionError("status " + status);
      }
      return in;
    }
  }

  /** What a file looks like. */
  public record Attributes(int type, int mode, int links, int uid, long size, long id) {}

  /** An entry of a listing. */
  public record Entry(long id, String name, long cookie, byte @Nullable [] handle) {}

  /** A page of a listing. */
  public record Page(List<Entry> entries, boolean end) {}

  private static Answer answer(ByteBuffer bytes) throws BadXdrException {
    XdrReader in = new XdrReader(bytes);
    return new Answer(in.int32(), in);
  }

  /** Any procedure. */
  public Answer call(int procedure, XdrWriter arguments) throws IOException, BadXdrException {
    return answer(Nfs4Client.await(connection.call(NFS, 3, procedure, arguments)));
  }

  /** Any procedure, under a number of the caller's choice. */
  public Answer callAs(int xid, int procedure, XdrWriter arguments)
      throws IOException, BadXdrException {
    return answer(Nfs4Client.await(connection.callAs(xid, NFS, 3, procedure, arguments)));
  }

  /** A procedure of the program for access control lists. */
  public Answer acl(int procedure, XdrWriter arguments) throws IOException, BadXdrException {
    return answer(Nfs4Client.await(connection.call(ACL, 3, procedure, arguments)));
  }

  /** MNT. */
  public Answer mount(String path) throws IOException, BadXdrException {
    XdrWriter in = new XdrWriter(64).opaque(path.getBytes(UTF_8));
    return answer(Nfs4Client.await(connection.call(MOUNT, 3, 1, in)));
  }

  /** The handle of a directory by path. */
  public byte[] root(String path) throws IOException, BadXdrException {
    return mount(path).ok().opaque(64);
  }

  /** The paths that EXPORT lists. */
  public List<String> exports() throws IOException, BadXdrException {
    XdrReader in = new XdrReader(Nfs4Client.await(connection.call(MOUNT, 3, 5, new XdrWriter(0))));
    List<String> paths = new ArrayList<>();
    while (in.bool()) {
      paths.add(new String(in.opaque(1024), UTF_8));
      while (in.bool()) {
        in.opaque(1024);
      }
    }
    return paths;
  }

  /** Arguments that begin with a handle. */
  public static XdrWriter args(byte[] handle) {
    return new XdrWriter(256).opaque(handle);
  }

  /** Arguments that begin with a name in a directory. */
  public static XdrWriter args(byte[] directory, String name) {
    return args(directory).opaque(name.getBytes(UTF_8));
  }

  /** A sattr3 with a mode, or with nothing. */
  public static XdrWriter attributes(XdrWriter out, @Nullable Integer mode, @Nullable Long size) {
    out.bool(mode != null);
    if (mode != null) {
      out.int32(mode);
    }
    out.bool(false).bool(false).bool(size != null);
    if (size != null) {
      out.int64(size);
    }
    return out.int32(0).int32(0);
  }

  /** A fattr3. */
  public static Attributes attributes(XdrReader in) throws BadXdrException {
    int type = in.int32();
    int mode = in.int32();
    int links = in.int32();
    int uid = in.int32();
    in.int32();
    long size = in.int64();
    in.int64();
    in.int64();
    in.int64();
    long id = in.int64();
    in.fixed(24);
    return new Attributes(type, mode, links, uid, size, id);
  }

  /** A post_op_attr. */
  public static @Nullable Attributes after(XdrReader in) throws BadXdrException {
    return in.bool() ? attributes(in) : null;
  }

  /** A wcc_data; whether it says what was before. */
  public static boolean change(XdrReader in) throws BadXdrException {
    boolean before = in.bool();
    if (before) {
      in.fixed(24);
    }
    after(in);
    return before;
  }

  /** LOOKUP; the handle. */
  public byte[] lookup(byte[] directory, String name) throws IOException, BadXdrException {
    return call(3, args(directory, name)).ok().opaque(64);
  }

  /** GETATTR. */
  public Attributes getattr(byte[] handle) throws IOException, BadXdrException {
    return attributes(call(1, args(handle)).ok());
  }

  /** CREATE, guarded; the handle. */
  public byte[] create(byte[] directory, String name) throws IOException, BadXdrException {
    XdrReader in = call(8, attributes(args(directory, name).int32(1), 0644, null)).ok();
    in.bool();
    return in.opaque(64);
  }

  /** WRITE; how: 0 unstable, 2 to disk. */
  public Answer write(byte[] handle, long offset, int how, byte[] data)
      throws IOException, BadXdrException {
    return call(7, args(handle).int64(offset).int32(data.length).int32(how).opaque(data));
  }

  /** READ; the bytes. */
  public byte[] read(byte[] handle, long offset, int count) throws IOException, BadXdrException {
    XdrReader in = call(6, args(handle).int64(offset).int32(count)).ok();
    after(in);
    in.int32();
    in.bool();
    return in.opaque(2 << 20);
  }

  /** READDIR or READDIRPLUS. */
  public Page list(byte[] directory, long cookie, int most, boolean plus)
      throws IOException, BadXdrException {
    XdrWriter arguments = args(directory).int64(cookie).int64(0).int32(most);
    XdrReader in = call(plus ? 17 : 16, plus ? arguments.int32(most) : arguments).ok();
    after(in);
    in.int64();
    List<Entry> entries = new ArrayList<>();
    while (in.bool()) {
      long id = in.int64();
      String name = new String(in.opaque(255), UTF_8);
      long place = in.int64();
      byte[] handle = null;
      if (plus) {
        after(in);
        handle = in.bool() ? in.opaque(64) : null;
      }
      entries.add(new Entry(id, name, place, handle));
    }
    return new Page(entries, in.bool());
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
