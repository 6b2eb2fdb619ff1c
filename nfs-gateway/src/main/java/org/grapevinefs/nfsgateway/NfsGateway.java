// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.io.IOException;
import java.util.List;
import org.grapevinefs.nfsgateway.rpc.BufferPool;
import org.grapevinefs.nfsgateway.rpc.RpcHandler;
import org.grapevinefs.nfsgateway.rpc.RpcServer;
import org.grapevinefs.nfsgateway.v3.AclProgram;
import org.grapevinefs.nfsgateway.v3.MountProgram;
import org.grapevinefs.nfsgateway.v3.Nfs3Program;
import org.grapevinefs.nfsgateway.v4.Nfs4Program;
import org.grapevinefs.nfsgateway.v4.Stateless;

/**
 * An NFS server over zones: one TCP port, no portmapper. Thread-safe.
 *
 * <p>Serves NFS 4.0, 4.1 and 4.2, and version 3 with its MOUNT and NFSACL protocols. The pseudo
 * root lists the exports that a client may see; each is a directory in it and a file system of its
 * own.
 */
public final class NfsGateway implements AutoCloseable {

  private final Refusals refusals;
  private final Nfs4Program program;
  private final RpcServer server;

  /** A gateway that does not listen yet. */
  public NfsGateway(GatewayConfig config) {
    refusals = new Refusals(config.clock());
    BufferPool buffers = new BufferPool(config.limits().maxMessage());
    program = new Nfs4Program(config, refusals, buffers);
    Stateless stateless = program.stateless();
    List<RpcHandler> programs =
        List.of(
            program,
            new Nfs3Program(stateless),
            new AclProgram(stateless),
            new MountProgram(stateless));
    server =
        new RpcServer(
            config.listen(),
            programs,
            config.limits(),
            config.clock(),
            refusals,
            config.tls(),
            buffers);
  }

  /** Opens the port. To be called once. */
  public void start() throws IOException {
    server.start();
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** What it did so far, and holds now. */
  public GatewayStats stats() {
    return new GatewayStats(
        program.operations(),
        program.failures(),
        server.connections(),
        server.bytes(),
        program.clients(),
        program.opens(),
        refusals.byName());
  }

  /**
   * Closes the port and all opens. Clients stay recorded, and may reclaim from the gateway that
   * comes next.
   */
  @Override
  public void close() throws IOException {
    server.close();
    program.forgetAll();
  }
}
