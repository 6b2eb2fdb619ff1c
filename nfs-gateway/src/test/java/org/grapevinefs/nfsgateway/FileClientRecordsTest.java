// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileClientRecordsTest {

  @TempDir Path folder;

  @Test
  void records_readAgain_areWhatWasLeft() throws Exception {
    Path file = folder.resolve("clients");
    ClientRecords records = new FileClientRecords(file);
    records.add("0a");
    records.add("0b");
    records.add("0b");
    records.remove("0a");
    assertThat(new FileClientRecords(file).load()).containsExactly("0b");
    assertThat(Files.readString(file)).isEqualTo("grapevine-nfs-clients 1\n0b\n");
  }

  @Test
  void records_ofAnotherVersion_areRefused() throws Exception {
    Path file = folder.resolve("clients");
    Files.writeString(file, "grapevine-nfs-clients 2\n");
    assertThatThrownBy(() -> new FileClientRecords(file)).isInstanceOf(IOException.class);
  }

  @Test
  void range_ofAddresses_containsWhatSharesItsBits() throws Exception {
    AddressRange range = AddressRange.parse("10.1.128.0/17");
    assertThat(range.contains(java.net.InetAddress.ofLiteral("10.1.200.1"))).isTrue();
    assertThat(range.contains(java.net.InetAddress.ofLiteral("10.1.127.1"))).isFalse();
    assertThat(range.contains(java.net.InetAddress.ofLiteral("::1"))).isFalse();
    assertThat(AddressRange.parse("::1").contains(java.net.InetAddress.ofLiteral("::1"))).isTrue();
    assertThatThrownBy(() -> AddressRange.parse("10.0.0.0/33"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AddressRange.parse("host"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
