// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.grapevinefs.gossip.NodeKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class NativeCryptoTest {

  private static final String PROVIDER = "AmazonCorrettoCryptoProvider";

  @AfterEach
  void remove() {
    Security.removeProvider(PROVIDER);
  }

  @Test
  void installedTwice_standsFirstOnceAndEncrypts() throws Exception {
    requireLinux();
    NativeCrypto.install();
    NativeCrypto.install();
    assertThat(Arrays.stream(Security.getProviders()).map(Provider::getName))
        .startsWith(PROVIDER)
        .containsOnlyOnce(PROVIDER);
    assertThat(Cipher.getInstance("AES/GCM/NoPadding").getProvider().getName()).isEqualTo(PROVIDER);
  }

  @Test
  void installed_signsAndVerifiesAsBefore() {
    requireLinux();
    NodeKey key = NodeKey.ofSeed(new byte[32]);
    byte[] message = {1, 2, 3};
    byte[] before = key.sign(message);
    NativeCrypto.install();
    assertThat(Security.getProviders("Signature.Ed25519")[0].getName()).isEqualTo(PROVIDER);
    assertThat(key.sign(message)).isEqualTo(before);
    assertThat(key.publicKey().verifies(message, before)).isTrue();
    before[63] ^= 1;
    assertThat(key.publicKey().verifies(message, before)).isFalse();
    assertThat(key.publicKey().verifies(message, new byte[64])).isFalse();
    assertThat(NodeKey.ofSeed(otherSeed()).publicKey().verifies(message, key.sign(message)))
        .isFalse();
  }

  private static byte[] otherSeed() {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) 7);
    return seed;
  }

  private static void requireLinux() {
    if (!System.getProperty("os.name").equals("Linux")) {
      Assumptions.abort("cannot run here: no native ciphers for this machine");
    }
  }
}
