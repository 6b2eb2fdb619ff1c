// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private final Refusals refusals = new Refusals();

  @Test
  void add_aKeyThatDoesNotBelong_isShownForHalfAMinute() {
    SSLHandshakeException reason = new SSLHandshakeException("(certificate_unknown)");
    reason.initCause(new CertificateException("node abc is not a member of this mesh"));
    refusals.add("192.0.2.1", reason);
    refusals.add("192.0.2.1", reason);
    assertThat(refusals.wrongKeys())
        .containsExactly("192.0.2.1: node abc is not a member of this mesh");
    for (int i = 0; i < 10; i++) {
      refusals.tick();
    }
    refusals.add("192.0.2.1", reason);
    for (int i = 0; i < 10; i++) {
      refusals.tick();
    }
    assertThat(refusals.wrongKeys()).hasSize(1);
    for (int i = 0; i < 10; i++) {
      refusals.tick();
    }
    assertThat(refusals.wrongKeys()).isEmpty();
    assertThat(refusals.count()).isEqualTo(3);
  }

  @Test
  void add_whatIsNoMatterOfKeys_isOnlyCounted() {
    refusals.add("192.0.2.1", new IOException("connection reset"));
    refusals.add("192.0.2.1", new IOException());
    assertThat(refusals.wrongKeys()).isEmpty();
    assertThat(refusals.count()).isEqualTo(2);
  }

  @Test
  void add_fromMorePlacesThanAnyMesh_remembersABoundedNumber() {
    for (int i = 0; i < 1_000; i++) {
      refusals.add("192.0.2." + i, new CertificateException("node is not a member"));
    }
    assertThat(refusals.wrongKeys()).hasSize(32);
  }
}
