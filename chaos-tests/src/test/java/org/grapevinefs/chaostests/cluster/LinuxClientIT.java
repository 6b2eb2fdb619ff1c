// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The Linux machine that the other tests mount zones on. */
class LinuxClientIT {

  @Test
  void run_ofCommands_givesTheirOutputAndStatus() throws Exception {
    try (LinuxClient client = LinuxClient.boot()) {
      LinuxClient.Result uname = client.run("uname -r; grep -w nfs4 /proc/filesystems");
      assertThat(uname.orFail()).contains("nfs4");
      assertThat(client.run("echo before; exit 7"))
          .isEqualTo(new LinuxClient.Result(7, "before\n"));
      assertThat(client.run("sleep 60", Duration.ofSeconds(1)).status()).isEqualTo(124);
    }
  }
}
