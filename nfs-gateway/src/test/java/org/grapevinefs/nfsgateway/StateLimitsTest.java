// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that hold too much: what they are told, and that others lose nothing. */
class StateLimitsTest {

  private static final int OK = 0;
  private static final int DELAY = 10_008;
  private static final int RESOURCE = 10_018;
  private static final int CLIENTS = 6;
  private static final int CLIENTS_OF_ADDRESS = 4;
  private static final int SESSIONS = 3;
  private static final int STATES = 8;
  private static final int ALL_STATES = 12;
  private static final int LOCKS_OF_FILE = 6;
  private static final int LOCKS_OF_CLIENT = 9;
  private static final long CACHE = 1L << 20;

  private final GatewayFixture gateway =
      new GatewayFixture(
          Limits.DEFAULT.with(
              new Limits.State(
                  64,
                  8192,
                  CACHE,
                  CLIENTS,
                  CLIENTS_OF_ADDRESS,
                  SESSIONS,
                  STATES,
                  ALL_STATES,
                  LOCKS_OF_FILE,
                  LOCKS_OF_CLIENT)));
  private final List<RpcConnection> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (RpcConnection one : open) {
      one.close();
    }
    gateway.close();
  }

  private void assertRefused(String kind) {
    assertThat(gateway.gateway().stats().refusals()).containsKey(kind);
  }

  private RpcConnection from(String address) throws Exception {
    RpcConnection connection =
        new RpcConnection(gateway.address(), 0, 0, InetAddress.getByName(address));
    open.add(connection);
    return connection;
  }

  private int introduce(RpcConnection connection, String owner) throws Exception {
    Ops exchange = new Ops();
    exchange.op(42).int64(1).opaque(owner.getBytes(UTF_8)).int32(0).int32(0).int32(0);
    return Nfs4Client.send(connection, 1, exchange).status();
  }

  @Test
  void clients_ofOneAddressOverTheBound_areToldToWait() throws Exception {
    RpcConnection one = from("127.0.0.2");
    for (int i = 0; i < CLIENTS_OF_ADDRESS; i++) {
      assertThat(introduce(one, "c" + i)).isEqualTo(OK);
    }
    assertThat(introduce(one, "more")).isEqualTo(DELAY);
    assertRefused("clients-of-address");
    assertThat(introduce(from("127.0.0.3"), "more")).isEqualTo(OK);
    gateway.pass(GatewayFixture.LEASE.plusSeconds(1));
    assertThat(introduce(one, "more still")).isEqualTo(OK);
  }

  @Test
  void clients_overTheBoundOfAll_areToldToWait() throws Exception {
    for (int i = 0; i < CLIENTS; i++) {
      assertThat(introduce(from("127.0.0." + (2 + i)), "c" + i)).isEqualTo(OK);
    }
    assertThat(introduce(from("127.0.0.20"), "more")).isEqualTo(DELAY);
    assertRefused("clients");
  }

  @Test
  void opens_overTheBoundOfAClient_areRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    for (int i = 0; i < STATES; i++) {
      GatewayFixture.open(client, "o", "f" + i);
    }
    assertThat(client.status(new Ops().path("zone").create("o", "more", 3, 0))).isEqualTo(RESOURCE);
    assertRefused("states");
    Nfs4Client other = gateway.client("b");
    for (int i = 0; i < ALL_STATES - STATES; i++) {
      GatewayFixture.open(other, "o", "g" + i);
    }
    assertThat(other.status(new Ops().path("zone").create("o", "more", 3, 0))).isEqualTo(RESOURCE);
    assertRefused("all-states");
    assertThat(gateway.zone().opens()).isEqualTo(ALL_STATES);
  }

  @Test
  void locks_overTheBounds_areRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] f = GatewayFixture.open(client, "o", "f");
    byte[] lock =
        client.run(new Ops().path("zone/f").lockAnew(f, "l", 2, 0, 1)).skip(24, 15, 15).stateid(12);
    for (int i = 1; i < LOCKS_OF_FILE; i++) {
      lock = more(client, "f", lock, 10L * i);
    }
    assertThat(client.status(new Ops().path("zone/f").lockMore(lock, 2, 1000, 1)))
        .isEqualTo(RESOURCE);
    assertRefused("locks-of-file");
    byte[] g = GatewayFixture.open(client, "o", "g");
    byte[] second =
        client.run(new Ops().path("zone/g").lockAnew(g, "l", 2, 0, 1)).skip(24, 15, 15).stateid(12);
    for (int i = 1; i < LOCKS_OF_CLIENT - LOCKS_OF_FILE; i++) {
      second = more(client, "g", second, 10L * i);
    }
    assertThat(client.status(new Ops().path("zone/g").lockMore(second, 2, 1000, 1)))
        .isEqualTo(RESOURCE);
    assertRefused("locks-of-client");
    assertThat(client.status(new Ops().path("zone/f").close(f))).isEqualTo(OK);
    more(client, "g", second, 1000);
  }

  private static byte[] more(Nfs4Client client, String name, byte[] lock, long at)
      throws Exception {
    return client
        .run(new Ops().path("zone/" + name).lockMore(lock, 2, at, 1))
        .skip(24, 15, 15)
        .stateid(12);
  }

  @Test
  void locks_splitByUnlocking_areBoundedToo() throws Exception {
    Nfs4Client client = gateway.client("a");
    byte[] f = GatewayFixture.open(client, "o", "f");
    byte[] lock =
        client
            .run(new Ops().path("zone/f").lockAnew(f, "l", 2, 0, 1000))
            .skip(24, 15, 15)
            .stateid(12);
    for (int i = 1; i < LOCKS_OF_FILE; i++) {
      lock =
          client
              .run(new Ops().path("zone/f").unlock(lock, 10L * i, 1))
              .skip(24, 15, 15)
              .stateid(14);
    }
    assertThat(client.status(new Ops().path("zone/f").unlock(lock, 900, 1))).isEqualTo(RESOURCE);
    assertThat(client.status(new Ops().path("zone/f").unlock(lock, 0, -1))).isEqualTo(OK);
  }

  @Test
  void sessions_overTheBounds_areRefusedOrSmall() throws Exception {
    RpcConnection connection = from("127.0.0.1");
    Ops exchange = new Ops();
    exchange.op(42).int64(1).opaque(new byte[] {1}).int32(0).int32(0).int32(0);
    Reply told = Nfs4Client.send(connection, 1, exchange);
    long id = told.expect(42).int64();
    int sequence = told.in().int32();
    int[] slots = new int[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
      Reply made = Nfs4Client.send(connection, 1, create(id, sequence + i));
      made.expect(43).fixed(16 + 8 + 20);
      slots[i] = made.in().int32();
    }
    // 64 slots of 8 KiB are half of what there is to keep, the rest is given away with care.
    assertThat(slots).containsExactly(64, 8, 8);
    assertRefused("cache");
    assertThat(Nfs4Client.send(connection, 1, create(id, sequence + SESSIONS)).status())
        .isEqualTo(RESOURCE);
    assertRefused("sessions");
  }

  private static Ops create(long client, int sequence) {
    Ops create = new Ops();
    var out = create.op(43).int64(client).int32(sequence).int32(0);
    for (int i = 0; i < 2; i++) {
      out.int32(0).int32(1 << 20).int32(1 << 20).int32(8192).int32(32).int32(64).int32(0);
    }
    out.int32(0x4000_0000).int32(1).int32(0);
    return create;
  }

  @Test
  void compound_withMoreOperationsThanAllowed_isRefused() throws Exception {
    Nfs4Client client = gateway.client("a");
    Ops many = new Ops();
    for (int i = 0; i < 200; i++) {
      many.root();
    }
    assertThat(client.status(many)).isEqualTo(10_070);
    RpcConnection connection = from("127.0.0.1");
    assertThat(Nfs4Client.send(connection, 0, many).status()).isEqualTo(RESOURCE);
    assertThatThrownBy(() -> client.run(many).expect(24)).isInstanceOf(AssertionError.class);
  }
}
