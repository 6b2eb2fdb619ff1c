// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.UUID;
import org.grapevinefs.replication.core.FileId;
import org.junit.jupiter.api.Test;

class FileHandlesTest {

  private static final byte[] KEY =
      "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  private static final UUID ZONE = new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
  private static final FileId FILE = new FileId(0x1112131415161718L, 0x191a1b1c1d1e1f20L);

  @Test
  void handle_parsed_givesZoneAndFile() throws Exception {
    byte[] handle = new FileHandles(KEY).of(ZONE, FILE);
    FileHandles.Parts parts = new FileHandles(KEY).parse(handle);
    assertThat(parts.zone()).isEqualTo(ZONE);
    assertThat(parts.file()).isEqualTo(FILE);
  }

  @Test
  void handle_hasTheBytesThatClientsHoldAlready() {
    byte[] handle = new FileHandles(KEY).of(ZONE, FILE);
    assertThat(handle).hasSize(44);
    assertThat(HexFormat.of().formatHex(handle))
        .startsWith(
            "01010000" + "0102030405060708090a0b0c0d0e0f10" + "1112131415161718191a1b1c1d1e1f20");
  }

  @Test
  void handle_withAnyBitFlipped_isRefused() {
    FileHandles handles = new FileHandles(KEY);
    byte[] handle = handles.of(ZONE, FILE);
    for (int bit = 0; bit < handle.length * 8; bit++) {
      byte[] forged = handle.clone();
      forged[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> handles.parse(forged)).isInstanceOf(NfsException.class);
    }
  }

  @Test
  void handle_ofAnotherKey_isRefused() {
    byte[] handle = new FileHandles(KEY).of(ZONE, FILE);
    assertThatThrownBy(() -> new FileHandles(new byte[16]).parse(handle))
        .isInstanceOf(NfsException.class);
  }

  @Test
  void sipHash_ofThePapersExample_isThePapersValue() {
    // Appendix A of the paper hashes the 15 bytes 00 to 0e; whole words alone give the reference
    // implementation's
    // vector for 8 bytes 00 to 07.
    SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    assertThat(hash.of(0x0706050403020100L)).isEqualTo(0x93f5f5799a932462L);
    assertThat(hash.of()).isEqualTo(0x726fdb47dd0e0e31L);
  }
}
