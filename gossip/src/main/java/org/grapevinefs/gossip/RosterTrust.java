// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The trust decision of a handshake: the key of the certificate shown must stand in the roster, and
 * be the one expected.
 *
 * <p>TLS itself proves that the peer holds the key; chain, names and dates carry no meaning here.
 */
final class RosterTrust extends X509ExtendedTrustManager {
  private final Supplier<Roster> roster;
  private final Optional<NodeId> expected;

  RosterTrust(Supplier<Roster> roster, Optional<NodeId> expected) {
    this.roster = roster;
    this.expected = expected;
  }

  NodeId check(Certificate shown) throws CertificateException {
    NodePublicKey key;
    try {
      key = NodePublicKey.of(shown.getPublicKey());
    } catch (IllegalArgumentException e) {
      throw new CertificateException("the peer's certificate holds no Ed25519 key", e);
    }
    if (!roster.get().trusts(key)) {
      throw new CertificateException(
          "node " + key.id().shortForm() + " is not a member of this mesh");
    }
    if (expected.isPresent() && !expected.get().equals(key.id())) {
      throw new CertificateException(
          "expected node "
              + expected.get().shortForm()
              + ", but "
              + key.id().shortForm()
              + " answered");
    }
    return key.id();
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    if (chain == null || chain.length == 0) {
      throw new CertificateException("the peer showed no certificate");
    }
    check(chain[0]);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
