// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/** The operations of a compound, written down one after the other (RFC 8881, section 18). */
public final class Ops {

  private final XdrWriter out = new XdrWriter(512);
  private long client;
  private int number;
  private int count;

  /** The anonymous stateid. */
  public static byte[] anonymous() {
    return new byte[16];
  }

  /** No operations yet. */
  public Ops() {}

  /** How many. */
  public int count() {
    return count;
  }

  /** All of them. */
  public byte[] bytes() {
    return out.toByteArray();
  }

  /** Any operation: its arguments go to the writer that is returned. */
  public XdrWriter op(int number) {
    count++;
    return out.int32(number);
  }

  /** PUTROOTFH. */
  public Ops root() {
    op(24);
    return this;
  }

  /** PUTFH. */
  public Ops handle(byte[] handle) {
    op(22).opaque(handle);
    return this;
  }

  /** GETFH. */
  public Ops getHandle() {
    op(10);
    return this;
  }

  /** SAVEFH. */
  public Ops save() {
    op(32);
    return this;
  }

  /** RESTOREFH. */
  public Ops restore() {
    op(31);
    return this;
  }

  /** LOOKUP. */
  public Ops lookup(String name) {
    op(15).opaque(utf8(name));
    return this;
  }

  /** PUTROOTFH and a LOOKUP for each part of a path. */
  public Ops path(String path) {
    root();
    for (String part : path.split("/")) {
      if (!part.isEmpty()) {
        lookup(part);
      }
    }
    return this;
  }

  /** GETATTR. */
  public Ops attributes(int... numbers) {
    bitmap(op(9), numbers);
    return this;
  }

  /** SETATTR of a size. */
  public Ops setSize(byte[] stateid, long size) {
    op(34).fixed(stateid);
    bitmap(out, 4);
    out.int32(8).int64(size);
    return this;
  }

  /** SETATTR of a mode. */
  public Ops setMode(int mode) {
    op(34).fixed(anonymous());
    bitmap(out, 33);
    out.int32(4).int32(mode);
    return this;
  }

  /** CREATE of a directory. */
  public Ops mkdir(String name) {
    op(6).int32(2).opaque(utf8(name));
    bitmap(out, 33);
    out.int32(4).int32(0755);
    return this;
  }

  /** CREATE of a symbolic link. */
  public Ops symlink(String name, String target) {
    op(6).int32(5).opaque(utf8(target)).opaque(utf8(name)).int32(0).int32(0);
    return this;
  }

  /** LINK of the saved file into the current directory. */
  public Ops link(String name) {
    op(11).opaque(utf8(name));
    return this;
  }

  /** RENAME from the saved into the current directory. */
  public Ops rename(String from, String to) {
    op(29).opaque(utf8(from)).opaque(utf8(to));
    return this;
  }

  /** REMOVE. */
  public Ops remove(String name) {
    op(28).opaque(utf8(name));
    return this;
  }

  private XdrWriter openHead(String owner, int access, int deny) {
    return op(18).int32(number).int32(access).int32(deny).int64(client).opaque(utf8(owner));
  }

  /**
   * Says what minor version 0 wants to know in every operation of an owner from here on: which
   * client, and the request's number.
   */
  public Ops numbered(long client, int number) {
    this.client = client;
    this.number = number;
    return this;
  }

  /** OPEN_CONFIRM. */
  public Ops confirm(byte[] stateid) {
    op(20).fixed(stateid).int32(number);
    return this;
  }

  /** OPEN of a file that is there. */
  public Ops open(String owner, String name, int access, int deny) {
    openHead(owner, access, deny).int32(0).int32(0).opaque(utf8(name));
    return this;
  }

  /** OPEN that makes the file if need be. */
  public Ops create(String owner, String name, int access, int deny) {
    openHead(owner, access, deny).int32(1).int32(0);
    bitmap(out, 33);
    out.int32(4).int32(0644).int32(0).opaque(utf8(name));
    return this;
  }

  /** OPEN that makes the file, with a verifier (EXCLUSIVE4_1). */
  public Ops createExclusive(String owner, String name, long verifier) {
    openHead(owner, 3, 0).int32(1).int32(3).int64(verifier);
    bitmap(out, 33);
    out.int32(4).int32(0600).int32(0).opaque(utf8(name));
    return this;
  }

  /** OPEN of the current file as it was open before the server restarted. */
  public Ops reclaim(String owner, int access) {
    return reclaim(owner, access, 0);
  }

  /** The same, with a delegation: 1 to read, 2 to write. */
  public Ops reclaim(String owner, int access, int delegation) {
    openHead(owner, access, 0).int32(0).int32(1).int32(delegation);
    return this;
  }

  /** OPEN_DOWNGRADE. */
  public Ops downgrade(byte[] stateid, int access, int deny) {
    op(21).fixed(stateid).int32(number).int32(access).int32(deny);
    return this;
  }

  /** CLOSE. */
  public Ops close(byte[] stateid) {
    op(4).int32(number).fixed(stateid);
    return this;
  }

  /** DELEGRETURN. */
  public Ops giveBack(byte[] delegation) {
    op(8).fixed(delegation);
    return this;
  }

  /** OPEN of the current file, which the client has opened under its delegation. */
  public Ops openDelegated(String owner, byte[] delegation, int access) {
    openHead(owner, access, 0).int32(0).int32(5).fixed(delegation);
    return this;
  }

  /** FREE_STATEID. */
  public Ops free(byte[] stateid) {
    op(45).fixed(stateid);
    return this;
  }

  /** TEST_STATEID. */
  public Ops test(byte[] stateid) {
    op(55).int32(1).fixed(stateid);
    return this;
  }

  /** READ. */
  public Ops read(byte[] stateid, long offset, int count) {
    op(25).fixed(stateid).int64(offset).int32(count);
    return this;
  }

  /** WRITE; stable: 0 unstable, 2 to disk. */
  public Ops write(byte[] stateid, long offset, int stable, byte[] data) {
    op(38).fixed(stateid).int64(offset).int32(stable).payload(ByteBuffer.wrap(data));
    return this;
  }

  /** COMMIT. */
  public Ops commit(long offset, int count) {
    op(5).int64(offset).int32(count);
    return this;
  }

  /** READDIR. */
  public Ops list(long cookie, int most, int... attributes) {
    op(26).int64(cookie).int64(0).int32(most).int32(most);
    bitmap(out, attributes);
    return this;
  }

  /** LOCK for an owner new to the file; type: 1 read, 2 write. */
  public Ops lockAnew(byte[] open, String owner, int type, long offset, long length) {
    op(12).int32(type).bool(false).int64(offset).int64(length).bool(true);
    out.int32(number).fixed(open).int32(number).int64(client).opaque(utf8(owner));
    return this;
  }

  /** LOCK for an owner that locked in the file before. */
  public Ops lockMore(byte[] lock, int type, long offset, long length) {
    op(12).int32(type).bool(false).int64(offset).int64(length).bool(false);
    out.fixed(lock).int32(number);
    return this;
  }

  /** LOCKT. */
  public Ops lockTest(String owner, int type, long offset, long length) {
    op(13).int32(type).int64(offset).int64(length).int64(0).opaque(utf8(owner));
    return this;
  }

  /** LOCKU. */
  public Ops unlock(byte[] lock, long offset, long length) {
    op(14).int32(1).int32(number).fixed(lock).int64(offset).int64(length);
    return this;
  }

  /** RECLAIM_COMPLETE. */
  public Ops reclaimComplete() {
    op(58).bool(false);
    return this;
  }

  static void bitmap(XdrWriter out, int... numbers) {
    int[] words = new int[3];
    for (int number : numbers) {
      words[number / 32] |= 1 << (number % 32);
    }
    out.int32(3).int32(words[0]).int32(words[1]).int32(words[2]);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
