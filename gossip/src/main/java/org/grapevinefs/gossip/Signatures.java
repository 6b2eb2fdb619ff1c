// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.jspecify.annotations.Nullable;

/**
 * Ed25519 signatures (RFC 8032), by whoever is fastest: a security provider that stands before the
 * JDK's own, which is then one in native code, or else Bouncy Castle. The JDK's own takes ten times
 * as long as that.
 */
final class Signatures {

  private static final String ALGORITHM = "Ed25519";
  private static final String OF_THE_JDK = "SunEC";

  private Signatures() {}

  /** The provider that comes first now; null if that is the JDK's own. */
  private static @Nullable Provider fast() {
    Provider[] providers = Security.getProviders("Signature." + ALGORITHM);
    Provider first = providers == null ? null : providers[0];
    return first == null || first.getName().equals(OF_THE_JDK) ? null : first;
  }

  static byte[] sign(Ed25519PrivateKeyParameters secret, PrivateKey key, byte[] message) {
    Provider provider = fast();
    if (provider != null) {
      try {
        Signature signer = Signature.getInstance(ALGORITHM, provider);
        signer.initSign(key);
        signer.update(message);
        return signer.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(provider.getName() + " does not sign", e);
      }
    }
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, secret);
    signer.update(message, 0, message.length);
    return signer.generateSignature();
  }

  static boolean verifies(
      Ed25519PublicKeyParameters point, PublicKey key, byte[] message, byte[] signature) {
    Provider provider = fast();
    if (provider != null) {
      try {
        Signature verifier = Signature.getInstance(ALGORITHM, provider);
        verifier.initVerify(key);
        verifier.update(message);
        return verifier.verify(signature);
      } catch (GeneralSecurityException e) {
        // Also what says that the signature is malformed.
        return false;
      }
    }
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, point);
    verifier.update(message, 0, message.length);
    return verifier.verifySignature(signature);
  }
}
