// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import javax.crypto.Cipher;
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
    if (!System.getProperty("os.name").equals("Linux")) {
      Assumptions.abort("cannot run here: no native ciphers for this machine");
    }
    NativeCrypto.install();
    NativeCrypto.install();
    assertThat(Arrays.stream(Security.getProviders()).map(Provider::getName))
        .startsWith(PROVIDER)
        .containsOnlyOnce(PROVIDER);
    assertThat(Cipher.getInstance("AES/GCM/NoPadding").getProvider().getName()).isEqualTo(PROVIDER);
  }
}
