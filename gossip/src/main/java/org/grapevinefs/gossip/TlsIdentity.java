// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.math.BigInteger;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The TLS face of a node key: TLS 1.3 only, both sides show a certificate, and what counts is
 * whether its key stands in the roster. No authority, no names, no dates: a wrong clock locks
 * nobody out.
 *
 * <p>Safe for any thread. The roster is asked at each handshake, and again by {@link
 * #peer(SSLSession)}.
 */
public final class TlsIdentity {
  private static final String PROTOCOL = "TLSv1.3";

  /** Lives in memory only: PKCS 12 would derive a key anew, slowly, for each connection. */
  private static final String KEY_STORE = "JKS";

  /** RFC 5280, 4.1.2.5: the date that says "no end". */
  private static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

  private static final Instant ALWAYS = Instant.parse("2000-01-01T00:00:00Z");

  private final NodeKey key;
  private final X509Certificate certificate;
  private final Supplier<Roster> roster;

  /** The identity of {@code key}, which meets nobody but those in the roster of the moment. */
  public TlsIdentity(NodeKey key, Supplier<Roster> roster) {
    this.key = key;
    this.roster = roster;
    this.certificate = selfSigned(key);
  }

  /** The certificate that this node shows. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** What a listener uses: only members of the mesh get through the handshake. */
  public SslContext serverContext() throws SSLException {
    return server(new RosterTrust(roster, Optional.empty()));
  }

  /** What a listener for others than nodes begins with: the key and certificate of this one. */
  public SslContextBuilder forOthers() {
    return SslContextBuilder.forServer(key.toPrivateKey(), certificate)
        .sslProvider(SslProvider.JDK)
        .keyStoreType(KEY_STORE)
        .protocols(PROTOCOL);
  }

  /** What a caller uses: only {@code expected} (if given), and only members, may answer. */
  public SslContext clientContext(Optional<NodeId> expected) throws SSLException {
    return client(new RosterTrust(roster, expected));
  }

  /**
   * What the peer of a finished handshake is called, if it is a member now. To be asked after every
   * handshake, for a resumed session skips the trust check, and at intervals, for a node may have
   * been revoked since.
   *
   * @throws SSLPeerUnverifiedException if there is no certificate, or its key is not in the roster
   */
  public NodeId peer(SSLSession session) throws SSLPeerUnverifiedException {
    Certificate[] chain = session.getPeerCertificates();
    if (chain.length == 0) {
      throw new SSLPeerUnverifiedException("the peer showed no certificate");
    }
    return peer(chain[0]);
  }

  /**
   * The member that holds this certificate's key.
   *
   * @throws SSLPeerUnverifiedException if no member does
   */
  public NodeId peer(Certificate shown) throws SSLPeerUnverifiedException {
    try {
      return new RosterTrust(roster, Optional.empty()).check(shown);
    } catch (CertificateException e) {
      SSLPeerUnverifiedException unverified = new SSLPeerUnverifiedException(e.getMessage());
      unverified.initCause(e);
      throw unverified;
    }
  }

  private SslContext server(RosterTrust trust) throws SSLException {
    return SslContextBuilder.forServer(key.toPrivateKey(), certificate)
        .sslProvider(SslProvider.JDK)
        .keyStoreType(KEY_STORE)
        .protocols(PROTOCOL)
        .trustManager(trust)
        .clientAuth(ClientAuth.REQUIRE)
        .sessionTimeout(1)
        .build();
  }

  private SslContext client(RosterTrust trust) throws SSLException {
    return SslContextBuilder.forClient()
        .keyManager(key.toPrivateKey(), certificate)
        .sslProvider(SslProvider.JDK)
        .keyStoreType(KEY_STORE)
        .protocols(PROTOCOL)
        .trustManager(trust)
        .endpointIdentificationAlgorithm("")
        .sessionTimeout(1)
        .build();
  }

  private static X509Certificate selfSigned(NodeKey key) {
    X500Name name = new X500Name("CN=" + key.id());
    BigInteger serial = new BigInteger(1, key.id().toBytes()).shiftRight(128).setBit(0);
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              serial,
              Date.from(ALWAYS),
              Date.from(NEVER),
              name,
              key.publicKey().toPublicKey());
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("Ed25519").build(key.toPrivateKey())));
    } catch (CertificateException | OperatorCreationException e) {
      throw new IllegalStateException("this JDK cannot make an Ed25519 certificate", e);
    }
  }
}
