// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.client.RpcFailure;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostileMessagesTest {

  private static final int OK = 0;
  private static final int BADXDR = 10036;
  private static final int OP_ILLEGAL = 10044;
  private static final int GARBAGE_ARGS = 4;
  private static final int PROC_UNAVAIL = 3;
  private static final int LAST = 0x8000_0000;

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() throws Exception {
    gateway.close();
  }

  private void assertAlive() throws Exception {
    try (Nfs4Client client = Nfs4Client.connect(gateway.address(), 1, "alive")) {
      assertThat(client.status(new Ops().path("zone").attributes(1))).isEqualTo(OK);
    }
  }

  @Test
  void compound_withABrokenHead_isGarbage() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      XdrWriter garbage = new XdrWriter(8).int32(0x7fffffff);
      assertThatThrownBy(() -> connection.call(100_003, 4, 1, garbage).get(10, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              ExecutionException.class,
              e ->
                  assertThat(e.getCause())
                      .isInstanceOfSatisfying(
                          RpcFailure.class, f -> assertThat(f.status()).isEqualTo(GARBAGE_ARGS)));
      assertThatThrownBy(() -> connection.call(100_003, 4, 2, garbage).get(10, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              ExecutionException.class,
              e ->
                  assertThat(e.getCause())
                      .isInstanceOfSatisfying(
                          RpcFailure.class, f -> assertThat(f.status()).isEqualTo(PROC_UNAVAIL)));
      assertThat(connection.call(100_003, 4, 0, new XdrWriter(8)).get(10, TimeUnit.SECONDS))
          .isNotNull();
    }
  }

  @Test
  void operation_cutShort_isBadXdr() throws Exception {
    Nfs4Client client = gateway.client("a");
    Ops cut = new Ops().path("zone");
    cut.op(38).int32(1);
    assertThat(client.status(cut)).isEqualTo(BADXDR);
    Ops huge = new Ops().path("zone");
    huge.op(15).int32(0x7fffffff);
    assertThat(client.status(huge)).isEqualTo(BADXDR);
    Ops negative = new Ops().path("zone");
    negative.op(15).int32(-1);
    assertThat(client.status(negative)).isEqualTo(BADXDR);
  }

  @Test
  void operation_unknown_isIllegal() throws Exception {
    Nfs4Client client = gateway.client("a");
    for (int number : new int[] {0, 2, 76, 9999, -1, OP_ILLEGAL}) {
      Ops illegal = new Ops();
      illegal.op(number);
      assertThat(client.status(illegal)).isEqualTo(OP_ILLEGAL);
    }
  }

  @Test
  void message_overTheBound_endsTheConnectionOnly() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      byte[] head = ByteBuffer.allocate(8).putInt(Integer.MAX_VALUE | LAST).putInt(1).array();
      connection.sendRaw(head);
      assertThatThrownBy(
              () -> connection.call(100_003, 4, 0, new XdrWriter(8)).get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IOException.class);
    }
    assertAlive();
  }

  @Test
  void credential_withImpossibleLengths_endsTheConnectionOnly() throws Exception {
    for (int length : new int[] {-1, Integer.MAX_VALUE, 100}) {
      try (RpcConnection connection = gateway.connection()) {
        ByteBuffer message = ByteBuffer.allocate(4 + 24 + 8 + 24 + 8);
        message.putInt(64 | LAST).putInt(1).putInt(0).putInt(2).putInt(100_003).putInt(4);
        message.putInt(0).putInt(1).putInt(24).putInt(0).putInt(0).putInt(0).putInt(0);
        message.putInt(length).putInt(0).putInt(0).putInt(0);
        connection.sendRaw(message.array());
        assertThatThrownBy(
                () -> connection.call(100_003, 4, 0, new XdrWriter(8)).get(10, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class);
      }
    }
    assertAlive();
  }

  @Test
  void answer_thatNobodyAskedFor_isForgotten() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      for (int words = 2; words < 8; words++) {
        ByteBuffer answer = ByteBuffer.allocate(4 + 4 * words).putInt((4 * words) | LAST);
        connection.sendRaw(answer.putInt(1).putInt(1).array());
      }
      assertThat(connection.call(100_003, 4, 0, new XdrWriter(8)).get(10, TimeUnit.SECONDS))
          .isNotNull();
    }
  }

  @Test
  void randomBytes_neverStopTheServer() throws Exception {
    SplittableRandom random = new SplittableRandom(20_261_121);
    for (int round = 0; round < 100; round++) {
      try (RpcConnection connection = gateway.connection()) {
        byte[] bytes = new byte[random.nextInt(4, 400)];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
          ByteBuffer.wrap(bytes).putInt((bytes.length - 4) | LAST);
        }
        connection.sendRaw(bytes);
      }
    }
    assertAlive();
  }

  @Test
  void operations_withRandomArguments_areAnswered() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    Nfs4Client client = gateway.client("a");
    for (int round = 0; round < 3000; round++) {
      Ops ops = new Ops().path("zone");
      byte[] arguments = new byte[4 * random.nextInt(0, 24)];
      for (int i = 0; i < arguments.length; i += 4) {
        boolean small = random.nextInt(4) != 0;
        ByteBuffer.wrap(arguments, i, 4).putInt(small ? random.nextInt(0, 5) : random.nextInt());
      }
      int op = random.nextInt(3, 76);
      boolean ends = op == 44 || op == 57;
      ops.op(ends ? 9 : op).fixed(arguments);
      assertThat(client.status(ops)).isGreaterThanOrEqualTo(0);
    }
    assertAlive();
  }

  @Test
  void fragments_ofOneMessage_arePutTogether() throws Exception {
    try (RpcConnection connection = gateway.connection()) {
      XdrWriter call = new XdrWriter(64);
      call.int32(0).int32(0).int32(2).int32(100_003).int32(4).int32(0);
      call.int32(0).int32(0).int32(0).int32(0);
      byte[] whole = call.toByteArray();
      for (int i = 0; i < whole.length; i += 4) {
        int marker = 4 | (i + 4 == whole.length ? LAST : 0);
        ByteBuffer part = ByteBuffer.allocate(8).putInt(marker);
        part.put(Arrays.copyOfRange(whole, i, i + 4));
        connection.sendRaw(part.array());
      }
      assertThat(connection.call(100_003, 4, 0, new XdrWriter(8)).get(10, TimeUnit.SECONDS))
          .isNotNull();
    }
  }
}
