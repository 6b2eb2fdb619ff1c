// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.grapevinefs.gossip.NodeKey;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.gossip.TlsIdentity;
import org.grapevinefs.nfsgateway.Tls;
import org.grapevinefs.zonesconfig.NfsTls;
import org.grapevinefs.zonesconfig.NodeConfig;

/** TLS for NFS clients, as {@code [nfs]} asks for it. */
final class NfsEncryption {

  private NfsEncryption() {}

  /** The gateway's part; with the node's own certificate unless the file names another. */
  static Tls of(NodeConfig.Nfs nfs, NodeKey key, Roster roster) throws StartFailure {
    Tls.Use use =
        switch (nfs.tls()) {
          case OFF -> Tls.Use.OFF;
          case OPTIONAL -> Tls.Use.OPTIONAL;
          case REQUIRED -> Tls.Use.REQUIRED;
          case MUTUAL -> Tls.Use.MUTUAL;
        };
    if (use == Tls.Use.OFF) {
      return Tls.NONE;
    }
    try {
      SslContextBuilder builder = builder(nfs, new TlsIdentity(key, () -> roster));
      if (nfs.tls() == NfsTls.MUTUAL) {
        Path authorities = readable("tls-clients", nfs.authorities().orElseThrow());
        builder.trustManager(authorities.toFile()).clientAuth(ClientAuth.REQUIRE);
      }
      SslContext context = builder.build();
      return new Tls(use, ((JdkSslContext) context).context());
    } catch (SSLException | IllegalArgumentException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StartFailure("node.toml, [nfs]: TLS cannot be set up: " + cause.getMessage());
    }
  }

  private static SslContextBuilder builder(NodeConfig.Nfs nfs, TlsIdentity own)
      throws StartFailure {
    if (nfs.certificate().isEmpty() || nfs.key().isEmpty()) {
      return own.forOthers();
    }
    Path certificate = readable("tls-certificate", nfs.certificate().get());
    Path key = readable("tls-key", nfs.key().get());
    return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
        .sslProvider(SslProvider.JDK);
  }

  private static Path readable(String name, Path file) throws StartFailure {
    if (!Files.isReadable(file)) {
      throw new StartFailure("node.toml, [nfs] " + name + ": " + file + " cannot be read");
    }
    return file;
  }
}
