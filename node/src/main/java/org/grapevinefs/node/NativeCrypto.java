// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.security.Provider;
import java.security.Security;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ciphers and hashes in native code, from Amazon's Corretto Crypto Provider, for the whole process.
 *
 * <p>The JDK's own are as good once the Java machine has compiled them well, which takes it seconds
 * of work, and a node has most to encrypt and to hash just after its start, when it catches up.
 * Where the provider is not there (it comes for Linux and for Macs with ARM) or does not load (a
 * folder for temporary files without execution), the JDK's own serve.
 */
final class NativeCrypto {

  private static final Logger LOG = LoggerFactory.getLogger(NativeCrypto.class);
  private static final String PROVIDER =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

  private NativeCrypto() {}

  /** Puts the provider first, once. */
  static synchronized void install() {
    try {
      // Not named at compile time: it is not to be had for every machine.
      Provider provider =
          Class.forName(PROVIDER).asSubclass(Provider.class).getDeclaredConstructor().newInstance();
      if (provider.getService("Cipher", "AES/GCM/NoPadding") == null) {
        LOG.info("native ciphers do not load: the JDK's own serve");
      } else if (Security.getProvider(provider.getName()) == null) {
        Security.insertProviderAt(provider, 1);
      }
    } catch (ReflectiveOperationException | LinkageError e) {
      LOG.info("no native ciphers here, the JDK's own serve: {}", e.toString());
    }
  }
}
