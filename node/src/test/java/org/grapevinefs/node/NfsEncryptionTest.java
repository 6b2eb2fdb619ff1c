// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.grapevinefs.gossip.NodeKey;
import org.grapevinefs.gossip.Roster;
import org.grapevinefs.gossip.TlsIdentity;
import org.grapevinefs.nfsgateway.Tls;
import org.grapevinefs.zonesconfig.HostPort;
import org.grapevinefs.zonesconfig.NfsTls;
import org.grapevinefs.zonesconfig.NodeConfig;
import org.grapevinefs.zonesconfig.NodeName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NfsEncryptionTest {

  @TempDir Path temp;

  private final NodeKey key = NodeKey.generate(new SecureRandom());
  private final Roster roster;

  NfsEncryptionTest() throws StartFailure {
    roster = MeshMembers.roster(Optional.empty(), new NodeName("alpha"), key);
  }

  private static NodeConfig.Nfs nfs(NfsTls tls, Optional<Path> clients, Optional<Path> own) {
    return new NodeConfig.Nfs(
        HostPort.parse("127.0.0.1:0"), tls, clients, own, own, Duration.ofMinutes(1));
  }

  @Test
  void tls_asConfigured_isTheGateways() throws Exception {
    assertThat(NfsEncryption.of(nfs(NfsTls.OFF, Optional.empty(), Optional.empty()), key, roster))
        .isEqualTo(Tls.NONE);
    Tls required =
        NfsEncryption.of(nfs(NfsTls.REQUIRED, Optional.empty(), Optional.empty()), key, roster);
    assertThat(required.use()).isEqualTo(Tls.Use.REQUIRED);
    assertThat(required.context()).isNotNull();
    Path clients = temp.resolve("clients.pem");
    byte[] certificate = new TlsIdentity(key, () -> roster).certificate().getEncoded();
    String body = Base64.getMimeEncoder().encodeToString(certificate);
    Files.writeString(
        clients, "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    Tls mutual =
        NfsEncryption.of(nfs(NfsTls.MUTUAL, Optional.of(clients), Optional.empty()), key, roster);
    assertThat(mutual.use()).isEqualTo(Tls.Use.MUTUAL);
  }

  @Test
  void files_thatAreMissingOrNoCertificates_stopTheStartWithWords() throws Exception {
    Path missing = temp.resolve("missing.pem");
    assertThatThrownBy(() ->
            NfsEncryption.of(
                nfs(NfsTls.MUTUAL, Optional.of(missing), Optional.empty()), key, roster))
        .isInstanceOf(StartFailure.class)
        .hasMessage("node.toml, [nfs] tls-clients: " + missing + " cannot be read");
    Path wrong = temp.resolve("wrong.pem");
    Files.write(wrong, "no certificate".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() ->
            NfsEncryption.of(
                nfs(NfsTls.REQUIRED, Optional.empty(), Optional.of(wrong)), key, roster))
        .isInstanceOf(StartFailure.class)
        .hasMessageStartingWith("node.toml, [nfs]: TLS cannot be set up: ");
  }
}
