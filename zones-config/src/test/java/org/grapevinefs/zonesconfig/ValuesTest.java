// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.zonesconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

  private static void refused(ThrowingCallable call, String message, String suggestion) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            InvalidValueException.class,
            e -> {
              assertThat(e).hasMessage(message);
              assertThat(e.suggestion().orElse("")).isEqualTo(suggestion);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "512,512",
    "0,0",
    "7B,7",
    "10KB,10240",
    "5MB,5242880",
    "1GB,1073741824",
    "2TB,2199023255552",
    "100Ki,102400",
    "100Mi,104857600",
    "2Gi,2147483648",
    "1Ti,1099511627776",
    "1PB,1125899906842624",
    "1Pi,1125899906842624"
  })
  void byteSize_everyUnit_isAPowerOf1024(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
    assertThat(ByteSize.parse(ByteSize.parse(text).toString()).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"5gb,5GB", "5 GB,5GB", "5GiB,5GB", "5kb,5KB", "100mi,100MB", "3G,3GB"})
  void byteSize_nearlyRight_suggestsTheRightSpelling(String text, String right) {
    refused(
        () -> ByteSize.parse(text),
        "\""
            + text
            + "\" is no size: a whole number and B, KB, MB, GB, TB, PB (or Ki, Mi, Gi, Ti, Pi)",
        right);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GB", "-1", "1.5GB", "five", "1 2"})
  void byteSize_noNumber_isRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(InvalidValueException.class);
  }

  @Test
  void byteSize_pastALong_isRefused() {
    refused(() -> ByteSize.parse("9000PB"), "the size \"9000PB\" is too large: at most 8191PB", "");
    refused(
        () -> ByteSize.parse("9999999999999999999"),
        "the size \"9999999999999999999\" is too large: at most 8191PB",
        "");
  }

  @ParameterizedTest
  @CsvSource({"90s,90", "15m,900", "6h,21600", "14d,1209600", "0s,0"})
  void durations_everyUnit_readAndWrittenBack(String text, long seconds) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofSeconds(seconds));
    assertThat(Durations.format(Duration.ofSeconds(seconds))).isEqualTo(text);
  }

  @Test
  void durations_wrongSpelling_suggestsTheRightOne() {
    String tail = "is no duration: a whole number and s, m, h or d";
    refused(() -> Durations.parse("15 min"), "\"15 min\" " + tail, "15m");
    refused(() -> Durations.parse("6H"), "\"6H\" " + tail, "6h");
    refused(() -> Durations.parse("soon"), "\"soon\" " + tail, "");
    refused(() -> Durations.parse("15"), "\"15\" " + tail, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"chimay-bleue", "a", "n1", "x_y.lan", "0"})
  void names_allowedCharacters_areTaken(String name) {
    assertThat(new NodeName(name)).hasToString(name);
    assertThat(new ZoneName(name)).hasToString(name);
  }

  @Test
  void names_wrong_saySoAndSuggest() {
    refused(() -> new ZoneName(""), "a zone name cannot be empty", "");
    refused(
        () -> new ZoneName("x".repeat(256)), "a zone name has at most 63 characters, not 256", "");
    refused(
        () -> new ZoneName(".grapevine"), "\".grapevine\" is reserved and cannot name a zone", "");
    refused(
        () -> new ZoneName(".x"), "\".x\" is no zone name: a zone name cannot begin with '.'", "x");
    refused(
        () -> new NodeName("-x"), "\"-x\" is no node name: a node name cannot begin with '-'", "x");
    String rule = "a node name has only a-z, 0-9, '-', '_' and '.'";
    refused(() -> new NodeName("My Node"), "\"My Node\" is no node name: " + rule, "my-node");
    refused(() -> new NodeName("a\nb"), "\"a?b\" is no node name: " + rule, "a-b");
    refused(() -> new NodeName("a/b"), "\"a/b\" is no node name: " + rule, "a-b");
    refused(() -> new NodeName("*"), "\"*\" is no node name: " + rule, "");
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0:2645,0.0.0.0,2645",
    "[::1]:2049,::1,2049",
    "hertog-jan.lan:0,hertog-jan.lan,0"
  })
  void hostPort_rightForms_readAndWrittenBack(String text, String host, int port) {
    assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
  }

  @Test
  void hostPort_wrongForms_saySo() {
    refused(() -> HostPort.parse("lan"), "\"lan\" is no address: expected host:port", "");
    refused(
        () -> HostPort.parse("::1:2049"),
        "an IPv6 address needs brackets: \"::1:2049\"",
        "[::1]:2049");
    refused(() -> HostPort.parse(":2049"), "\":2049\" names no host", "0.0.0.0:2049");
    refused(
        () -> HostPort.parse("a:b"),
        "\"a:b\" has no port: a number from 1 to 65535 after the last ':'",
        "");
    refused(() -> HostPort.parse("a:70000"), "a port is a number from 1 to 65535, not 70000", "");
    refused(() -> HostPort.parse("a b:1"), "\"a b\" is no host name", "");
    refused(
        () -> HostPort.parse("[a]:1"), "only an IPv6 address stands in brackets: \"[a]:1\"", "a:1");
  }

  @Test
  void hostPort_loopback_isKnown() {
    assertThat(HostPort.parse("127.0.0.1:1").isLoopback()).isTrue();
    assertThat(HostPort.parse("[::1]:1").isLoopback()).isTrue();
    assertThat(HostPort.parse("0.0.0.0:1").isLoopback()).isFalse();
  }

  @Test
  void cidr_block_containsItsAddressesOnly() {
    Cidr block = Cidr.parse("192.0.2.128/25");
    assertThat(block.contains(InetAddress.ofLiteral("192.0.2.200"))).isTrue();
    assertThat(block.contains(InetAddress.ofLiteral("192.0.2.100"))).isFalse();
    assertThat(block.contains(InetAddress.ofLiteral("::1"))).isFalse();
    assertThat(Cidr.parse("2001:db8::/32").contains(InetAddress.ofLiteral("2001:db8:1::1")))
        .isTrue();
    assertThat(Cidr.parse("127.0.0.1").contains(InetAddress.ofLiteral("127.0.0.1"))).isTrue();
    assertThat(Cidr.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("8.8.8.8"))).isTrue();
    assertThat(block).hasToString("192.0.2.128/25");
    assertThat(Cidr.parse(Cidr.parse("2001:db8::/32").toString()))
        .isEqualTo(Cidr.parse("2001:db8::/32"));
  }

  @Test
  void cidr_wrong_saysSoAndSuggests() {
    String tail = " is no IP address or block such as 192.0.2.0/24";
    refused(
        () -> Cidr.parse("192.0.2.7/24"),
        "192.0.2.7/24 has bits set beyond its prefix",
        "192.0.2.0/24");
    refused(() -> Cidr.parse("*"), "\"*\"" + tail, "0.0.0.0/0");
    refused(() -> Cidr.parse("localhost"), "\"localhost\"" + tail, "127.0.0.1");
    refused(() -> Cidr.parse("192.0.2"), "\"192.0.2\"" + tail, "");
    refused(() -> Cidr.parse("192.0.2.256"), "\"192.0.2.256\"" + tail, "");
    refused(() -> Cidr.parse(":::"), "\":::\"" + tail, "");
    refused(() -> Cidr.parse("example.org"), "\"example.org\"" + tail, "");
    refused(
        () -> Cidr.parse("10.0.0.0/33"), "a prefix of this kind of address is 0 to 32, not 33", "");
  }

  @ParameterizedTest
  @CsvSource({"2x,2x", "1.5x,1.5x", "0.25x,0.25x", "10GB,10GB", "1.05x,1.05x"})
  void budget_factorOrSize_readAndWrittenBack(String text, String written) {
    assertThat(SnapshotBudget.parse(text)).hasToString(written);
  }

  @Test
  void budget_ofAQuota_isComputed() {
    ByteSize quota = ByteSize.parse("10GB");
    assertThat(SnapshotBudget.parse("1.5x").of(quota)).isEqualTo(ByteSize.parse("15GB"));
    assertThat(SnapshotBudget.parse("3GB").of(quota)).isEqualTo(ByteSize.parse("3GB"));
    refused(
        () -> SnapshotBudget.parse("twice"),
        "\"twice\" is no budget: so many times the quota (\"2x\") or a size",
        "");
    refused(() -> SnapshotBudget.parse("0x"), "a budget is 0.01x to 100x of the quota", "");
  }

  @Test
  void nodeKey_base64OrHex_isTheSameKey() {
    NodeKey key = NodeKey.of(new byte[32]);
    assertThat(NodeKey.parse("00".repeat(32))).isEqualTo(key);
    assertThat(NodeKey.parse(key.toString()).toBytes()).hasSize(32).containsOnly(0);
    refused(() -> NodeKey.parse("AAAA"), "a key has 32 bytes, not 3", "");
    refused(() -> NodeKey.parse("!"), "\"!\" is no key: 32 bytes in Base64, 44 characters", "");
  }

  @Test
  void nearest_swappedLetters_countOnce() {
    assertThat(Nearest.distance("quota", "qutoa")).isEqualTo(1);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.to("Read_Only", java.util.List.of("clients", "read-only")))
        .contains("read-only");
    assertThat(Nearest.to("xyz", java.util.List.of("clients"))).isEmpty();
  }

  @Test
  void access_readOnlyClient_mayOnlyRead() {
    AccessRules rules =
        new AccessRules(
            java.util.List.of(Cidr.parse("192.0.2.0/24")),
            java.util.List.of(Cidr.parse("192.0.2.7")),
            Squash.ROOT,
            new ServingNodes.Any());
    assertThat(rules.of(InetAddress.ofLiteral("192.0.2.1"))).isEqualTo(AccessRules.Right.WRITE);
    assertThat(rules.of(InetAddress.ofLiteral("192.0.2.7"))).isEqualTo(AccessRules.Right.READ);
    assertThat(rules.of(InetAddress.ofLiteral("192.0.3.1"))).isEqualTo(AccessRules.Right.NONE);
  }
}
