// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.UUID;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.junit.jupiter.api.Test;

/** A zone that fails in ways that it never should. */
class BrokenZoneTest {

  private static final int OK = 0;
  private static final int SERVERFAULT = 10_006;

  private static ZoneFileSystem breaking(ZoneFileSystem zone, String call) {
    Object proxy =
        Proxy.newProxyInstance(
            BrokenZoneTest.class.getClassLoader(),
            new Class<?>[] {ZoneFileSystem.class},
            (self, method, arguments) -> {
              if (method.getName().equals(call)) {
                throw new StackOverflowError("as of a tree too deep");
              }
              try {
                return method.invoke(zone, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return (ZoneFileSystem) proxy;
  }

  @Test
  void call_thatRunsOutOfStack_isAnsweredAndTheSessionGoesOn() throws Exception {
    try (GatewayFixture gateway = new GatewayFixture()) {
      ZoneFileSystem broken = breaking(gateway.zone(), "getXattr");
      gateway.serve(List.of(Export.open("zone", new UUID(7, 7), broken)));
      Nfs4Client client = gateway.client("a");
      GatewayFixture.open(client, "o", "f");
      Ops get = new Ops().path("zone/f");
      get.op(72).opaque("k".getBytes(UTF_8));
      assertThat(client.status(get)).isEqualTo(SERVERFAULT);
      assertThat(client.status(new Ops().path("zone/f"))).isEqualTo(OK);
    }
  }
}
