// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.grapevinefs.nfsgateway.GatewayConfig;
import org.grapevinefs.nfsgateway.Refusals;
import org.grapevinefs.nfsgateway.rpc.BufferPool;
import org.grapevinefs.nfsgateway.rpc.Call;
import org.grapevinefs.nfsgateway.rpc.ReplyCache;
import org.grapevinefs.nfsgateway.rpc.RpcHandler;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/** RPC program 100003, version 4. */
public final class Nfs4Program implements RpcHandler {

  private static final int PROGRAM = 100_003;
  private static final int VERSION = 4;
  private static final int COMPOUND = 1;

  private final Engine engine;

  /** The program with nothing known of any client yet. */
  public Nfs4Program(GatewayConfig config, Refusals refusals, BufferPool buffers) {
    FileHandles handles = new FileHandles(config.handleKey());
    this.engine =
        new Engine(
            new ExportTable(config.exports(), config.clock()),
            handles,
            new StateTable(
                config.clock(),
                config.lease(),
                config.grace(),
                config.limits().state(),
                refusals,
                config.records(),
                handles),
            config.limits(),
            config.serverName().getBytes(StandardCharsets.UTF_8),
            new OperationCounters(),
            new ReplyCache(),
            buffers);
  }

  @Override
  public int program() {
    return PROGRAM;
  }

  @Override
  public int version() {
    return VERSION;
  }

  @Override
  public boolean knows(int procedure) {
    return procedure == COMPOUND;
  }

  @Override
  public XdrWriter call(Call call, XdrReader arguments) throws BadXdrException {
    return Compound.answer(engine, call, arguments);
  }

  /** What version 3 needs of what is here. */
  public Stateless stateless() {
    return new Stateless(engine);
  }

  /** How often each operation ran, by name. */
  public Map<String, Long> operations() {
    return engine.counters().byName();
  }

  /** Operations that did not end with OK. */
  public long failures() {
    return engine.counters().failures();
  }

  /** Clients known. */
  public int clients() {
    return engine.state().clients();
  }

  /** Files open, each as often as a client has it open. */
  public int opens() {
    return engine.state().opens();
  }

  /** Gives up all state, so that zones see every open closed. */
  public void forgetAll() {
    engine.state().forgetAll();
  }
}
