// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.fuzz;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.grapevinefs.nfsgateway.Export;
import org.grapevinefs.nfsgateway.GatewayConfig;
import org.grapevinefs.nfsgateway.LiveExports;
import org.grapevinefs.nfsgateway.MemoryClientRecords;
import org.grapevinefs.nfsgateway.Refusals;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.memory.MemoryZone;
import org.grapevinefs.nfsgateway.rpc.BackChannel;
import org.grapevinefs.nfsgateway.rpc.BufferPool;
import org.grapevinefs.nfsgateway.rpc.Call;
import org.grapevinefs.nfsgateway.rpc.Credential;
import org.grapevinefs.nfsgateway.rpc.RpcHandler;
import org.grapevinefs.nfsgateway.v3.AclProgram;
import org.grapevinefs.nfsgateway.v3.MountProgram;
import org.grapevinefs.nfsgateway.v3.Nfs3Program;
import org.grapevinefs.nfsgateway.v4.Nfs4Program;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * The programs of a gateway without its port, over a zone in memory with a few files, and a client
 * of each version that has a file open and locked. Every one is like the other, so that an input
 * finds the same each time.
 */
final class FuzzedGateway implements AutoCloseable {

  private static final int MAX_OPERATIONS = 32;
  private static final Credential ROOT = new Credential(Credential.SYS, 0, 0, Set.of());

  /** A way back that nobody answers on. */
  private static final BackChannel SILENT =
      new BackChannel() {
        @Override
        public boolean isOpen() {
          return true;
        }

        @Override
        public CompletableFuture<XdrReader> call(
            int program, int version, int procedure, Auth auth, XdrWriter in, Duration patience) {
          return CompletableFuture.failedFuture(new IOException("nobody answers"));
        }
      };

  private final MemoryZone zone;
  private final Nfs4Program v4;
  private final RpcHandler v3;
  private final RpcHandler acl;
  private final RpcHandler mount;
  private final Map<Integer, byte[]> known = new HashMap<>();
  private int xid;
  private int sequence;

  FuzzedGateway() throws BadXdrException {
    InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
    zone = new MemoryZone(clock, new SplittableRandom(1));
    LiveExports exports = new LiveExports();
    exports.replace(List.of(Export.open("zone", new UUID(7, 7), zone)));
    GatewayConfig config =
        GatewayConfig.of(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            "fuzzed",
            new byte[16],
            exports,
            new MemoryClientRecords(),
            clock);
    v4 = new Nfs4Program(config, new Refusals(clock), new BufferPool(2 << 20));
    v3 = new Nfs3Program(v4.stateless());
    acl = new AclProgram(v4.stateless());
    mount = new MountProgram(v4.stateless());
    session();
    files();
    old();
  }

  private static XdrWriter channels(XdrWriter out) {
    for (int i = 0; i < 2; i++) {
      out.int32(0).int32(1 << 20).int32(1 << 20).int32(8192).int32(MAX_OPERATIONS).int32(4);
      out.int32(0);
    }
    return out;
  }

  private void session() throws BadXdrException {
    Ops exchange = new Ops();
    exchange.op(42).int64(1).opaque(new byte[] {1}).int32(0).int32(0).int32(0);
    XdrReader told = result(call(v4, 1, compound(1, exchange.bytes(), 1)), 42);
    byte[] client = told.fixed(8);
    known.put(0x70, client);
    Ops create = new Ops();
    XdrWriter out = create.op(43).fixed(client).int32(told.int32()).int32(2);
    channels(out).int32(0x4000_0000).int32(1).int32(0);
    known.put(0x71, result(call(v4, 1, compound(1, create.bytes(), 1)), 43).fixed(16));
    inSession(1, new Ops().reclaimComplete());
  }

  private XdrReader inSession(int minor, Ops ops) throws BadXdrException {
    XdrReader reply = call(v4, 1, sequenced(minor, ops.bytes(), ops.count()));
    return result(reply, 53);
  }

  /** Makes dir, f with an open and a lock, and learns their names. */
  private void files() throws BadXdrException {
    XdrReader made = inSession(1, new Ops().path("zone").getHandle().mkdir("dir").getHandle());
    made.fixed(36);
    skip(made, 24, 15);
    known.put(0x72, handle(made));
    expect(made, 6);
    made.fixed(20);
    made.fixed(made.length(8) * 4);
    known.put(0x73, handle(made));
    XdrReader opened = inSession(1, new Ops().path("zone").create("o", "f", 3, 0).getHandle());
    opened.fixed(36);
    skip(opened, 24, 15);
    expect(opened, 18);
    byte[] stateid = opened.fixed(16);
    known.put(0x74, stateid);
    opened.fixed(24);
    opened.fixed(opened.length(8) * 4);
    opened.int32();
    known.put(0x75, handle(opened));
    Ops lock = new Ops().path("zone/f").write(stateid, 0, 0, new byte[100]);
    XdrReader locked = inSession(1, lock.lockAnew(stateid, "l", 2, 10, 10));
    locked.fixed(36);
    skip(locked, 24, 15, 15);
    expect(locked, 38);
    locked.fixed(16);
    expect(locked, 12);
    known.put(0x76, locked.fixed(16));
  }

  /** A client of minor version 0 with f open. */
  private void old() throws BadXdrException {
    Ops set = new Ops();
    set.op(35).int64(2).opaque(new byte[] {2}).int32(0x4000_0000);
    XdrReader told =
        result(
            call(
                v4,
                1,
                compound(
                    0,
                    new XdrWriter(64)
                        .fixed(set.bytes())
                        .opaque("tcp".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .opaque("127.0.0.1.0.0".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .int32(1)
                        .toByteArray(),
                    1)),
            35);
    byte[] client = told.fixed(8);
    known.put(0x77, client);
    Ops confirm = new Ops();
    confirm.op(36).fixed(client).fixed(told.fixed(8));
    result(call(v4, 1, compound(0, confirm.bytes(), 1)), 36);
    Ops open = new Ops().path("zone");
    open.numbered(ByteBuffer.wrap(client).getLong(), 1).open("old", "f", 1, 0);
    XdrReader opened = result(call(v4, 1, compound(0, open.bytes(), open.count())), 24);
    skip(opened, 15);
    expect(opened, 18);
    known.put(0x78, opened.fixed(16));
  }

  private static void skip(XdrReader in, int... operations) throws BadXdrException {
    for (int operation : operations) {
      expect(in, operation);
    }
  }

  private static void expect(XdrReader in, int operation) throws BadXdrException {
    int found = in.int32();
    int status = in.int32();
    if (found != operation || status != 0) {
      throw new AssertionError("operation " + found + " ended with " + status);
    }
  }

  private static byte[] handle(XdrReader in) throws BadXdrException {
    expect(in, 10);
    return new XdrWriter(64).opaque(in.opaque(128)).toByteArray();
  }

  private static XdrReader result(XdrReader reply, int operation) throws BadXdrException {
    reply.int32();
    reply.opaque(1024);
    reply.int32();
    expect(reply, operation);
    return reply;
  }

  /** What scripts may name: see {@link Script}. */
  Map<Integer, byte[]> known() {
    return known;
  }

  /** The arguments of a compound. */
  static byte[] compound(int minor, byte[] operations, int count) {
    XdrWriter out = new XdrWriter(operations.length + 16);
    return out.opaque(new byte[0]).int32(minor).int32(count).fixed(operations).toByteArray();
  }

  /** The same in the session, in its turn. */
  byte[] sequenced(int minor, byte[] operations, int count) {
    XdrWriter out = new XdrWriter(operations.length + 64);
    out.opaque(new byte[0]).int32(minor).int32(count + 1).int32(53);
    out.fixed(known.getOrDefault(0x71, new byte[16])).int32(++sequence).int32(0).int32(0).int32(1);
    return out.fixed(operations).toByteArray();
  }

  XdrReader nfs4(byte[] arguments) throws BadXdrException {
    return call(v4, 1, arguments);
  }

  XdrReader nfs3(int procedure, byte[] arguments) throws BadXdrException {
    return call(v3, procedure, arguments);
  }

  XdrReader acl(int procedure, byte[] arguments) throws BadXdrException {
    return call(acl, procedure, arguments);
  }

  XdrReader mount(int procedure, byte[] arguments) throws BadXdrException {
    return call(mount, procedure, arguments);
  }

  private XdrReader call(RpcHandler program, int procedure, byte[] arguments)
      throws BadXdrException {
    if (!program.knows(procedure)) {
      throw new BadXdrException("no such procedure");
    }
    InetSocketAddress from = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1_000);
    Call call = new Call(++xid, procedure, ROOT, from, SILENT, false);
    XdrWriter reply = program.call(call, new XdrReader(ByteBuffer.wrap(arguments)));
    return new XdrReader(ByteBuffer.wrap(reply.toByteArray()));
  }

  /** Whether the client that was there before still gets on. */
  boolean serves() throws BadXdrException {
    XdrReader reply = call(v4, 1, compound(0, new Ops().path("zone").attributes(1).bytes(), 3));
    return reply.int32() == 0;
  }

  @Override
  public void close() {
    v4.forgetAll();
  }
}
