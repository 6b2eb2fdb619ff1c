// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;

/**
 * Calls of every version with any arguments: each is answered or refused as garbage, none fails
 * inside, no answer is longer than a message may be, and the gateway serves on.
 */
class CompoundFuzz {

  private static final int MOST_REPLY = (1 << 20) + 8192;
  private static final int SERVERFAULT = 10_006;

  /** Of what the first byte can be, what the programs of old have: a multiple of 24. */
  private static final int MANY = 240;

  @FuzzTest(maxDuration = "10m")
  void compound_inASession_isAnswered(byte[] input) throws BadXdrException {
    run(
        input,
        (gateway, script, minor) -> {
          Script.Arguments arguments = Script.run(script, gateway.known());
          return gateway.nfs4(
              gateway.sequenced(1 + minor % 2, arguments.bytes(), arguments.operations()));
        });
  }

  @FuzzTest(maxDuration = "10m")
  void compound_withoutASession_isAnswered(byte[] input) throws BadXdrException {
    run(
        input,
        (gateway, script, minor) -> {
          Script.Arguments arguments = Script.run(script, gateway.known());
          return gateway.nfs4(
              FuzzedGateway.compound(minor % 4, arguments.bytes(), arguments.operations()));
        });
  }

  @FuzzTest(maxDuration = "10m")
  void version3_anyProcedure_isAnswered(byte[] input) throws BadXdrException {
    run(
        input,
        (gateway, script, procedure) -> {
          byte[] arguments = Script.run(script, gateway.known()).bytes();
          return procedure < MANY
              ? gateway.nfs3(procedure % 24, arguments)
              : gateway.acl(procedure % 4, arguments);
        });
  }

  @FuzzTest(maxDuration = "10m")
  void bytes_asAnyCall_areAnswered(byte[] input) throws BadXdrException {
    run(
        input,
        (gateway, bytes, choice) -> {
          byte[] arguments = new byte[bytes.remaining()];
          bytes.get(arguments);
          return switch (choice % 3) {
            case 0 -> gateway.nfs4(arguments);
            case 1 ->
                choice < MANY
                    ? gateway.nfs3((choice / 3) % 24, arguments)
                    : gateway.acl((choice / 3) % 4, arguments);
            default -> gateway.mount((choice / 3) % 8, arguments);
          };
        });
  }

  private interface Turn {
    XdrReader run(FuzzedGateway gateway, ByteBuffer rest, int first) throws BadXdrException;
  }

  private static void run(byte[] input, Turn turn) throws BadXdrException {
    if (input.length == 0) {
      return;
    }
    try (FuzzedGateway gateway = new FuzzedGateway()) {
      ByteBuffer rest = ByteBuffer.wrap(input);
      int first = rest.get() & 0xff;
      try {
        XdrReader reply = turn.run(gateway, rest, first);
        if (reply.remaining() > MOST_REPLY) {
          throw new AssertionError("an answer of " + reply.remaining() + " bytes");
        }
        if (reply.remaining() >= 4 && reply.int32() == SERVERFAULT) {
          throw new AssertionError("it failed inside");
        }
      } catch (BadXdrException e) {
        // Garbage: that is an answer, too.
      }
      if (!gateway.serves()) {
        throw new AssertionError("others are not served any more");
      }
    }
  }
}
