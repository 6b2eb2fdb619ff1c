// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.grapevinefs.nfsgateway.client.Nfs3Client.after;
import static org.grapevinefs.nfsgateway.client.Nfs3Client.args;
import static org.grapevinefs.nfsgateway.client.Nfs3Client.attributes;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.grapevinefs.nfsgateway.client.CallbackServer;
import org.grapevinefs.nfsgateway.client.Nfs3Client;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.RpcConnection;
import org.grapevinefs.nfsgateway.client.RpcFailure;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;
import org.grapevinefs.replication.core.AccessControlList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AclProgramTest {

  private static final int GET = 1;
  private static final int SET = 2;
  private static final int PERM = 1;
  private static final int INVAL = 22;
  private static final int BADHANDLE = 10_001;
  private static final int JUKEBOX = 10_008;

  private static final int ACL = 1;
  private static final int COUNT = 2;
  private static final int DEFAULT = 4;
  private static final int DEFAULT_COUNT = 8;
  private static final int ALL = ACL | COUNT | DEFAULT | DEFAULT_COUNT;

  /** Kind, id and rights of each entry. */
  private static final int[][] LIST = {
    {0x01, 0, 7}, {0x02, 1234, 6}, {0x04, 0, 5}, {0x08, 55, 4}, {0x10, 0, 6}, {0x20, 0, 1}
  };

  private final GatewayFixture gateway = new GatewayFixture();
  private Nfs3Client client;
  private byte[] root;
  private byte[] file;

  @BeforeEach
  void mount() throws Exception {
    client = new Nfs3Client(new RpcConnection(gateway.address(), 0, 0));
    root = client.root("/zone");
    file = client.create(root, "f");
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    gateway.close();
  }

  private static void list(XdrWriter out, int bit, int[][] entries) {
    out.int32(entries.length).int32(entries.length);
    for (int[] entry : entries) {
      out.int32(entry[0] | bit).int32(entry[1]).int32(entry[2]);
    }
  }

  private static XdrWriter set(byte[] handle, int mask, int[][] access, int[][] defaults) {
    XdrWriter out = args(handle).int32(mask);
    list(out, 0, access);
    list(out, 0x1000, defaults);
    return out;
  }

  private static List<String> list(XdrReader in) throws Exception {
    int count = in.int32();
    int given = in.int32();
    List<String> entries = new ArrayList<>(List.of("of " + count));
    for (int i = 0; i < given; i++) {
      entries.add("%x %d %d".formatted(in.int32(), in.int32(), in.int32()));
    }
    return entries;
  }

  /** Both lists, as they are told after the attributes and the mask. */
  private List<List<String>> get(byte[] handle, int mask) throws Exception {
    XdrReader in = client.acl(GET, args(handle).int32(mask)).ok();
    assertThat(after(in)).isNotNull();
    assertThat(in.int32()).isEqualTo(mask);
    List<List<String>> both = List.of(list(in), list(in));
    assertThat(in.remaining()).isZero();
    return both;
  }

  @Test
  void getacl_ofAFileWithoutOne_tellsItsModeWithAMask() throws Exception {
    assertThat(get(file, ALL))
        .containsExactly(List.of("of 4", "1 0 6", "4 0 4", "10 0 4", "20 0 4"), List.of("of 0"));
    assertThat(get(file, COUNT)).containsExactly(List.of("of 4"), List.of("of 0"));
    assertThat(get(file, DEFAULT)).containsExactly(List.of("of 0"), List.of("of 0"));
  }

  @Test
  void setacl_ofAFile_isReadBackAndSetsTheMode() throws Exception {
    XdrReader in = client.acl(SET, set(file, ACL, LIST, new int[0][])).ok();
    assertThat(Objects.requireNonNull(after(in)).mode()).isEqualTo(0761);
    assertThat(get(file, ACL).getFirst())
        .containsExactly("of 6", "1 0 7", "2 1234 6", "4 0 5", "8 55 4", "10 0 6", "20 0 1");
    client.call(2, attributes(args(file), 0640, null).bool(false)).ok();
    assertThat(get(file, ACL).getFirst())
        .containsExactly("of 6", "1 0 6", "2 1234 6", "4 0 5", "8 55 4", "10 0 4", "20 0 0");
  }

  @Test
  void setacl_ofADirectory_setsAndTakesItsDefaultListAlone() throws Exception {
    XdrReader made = client.call(9, attributes(args(root, "d"), 0755, null)).ok();
    made.bool();
    byte[] directory = made.opaque(64);
    client.acl(SET, set(directory, DEFAULT, new int[0][], LIST)).ok();
    assertThat(get(directory, DEFAULT | DEFAULT_COUNT).get(1))
        .containsExactly(
            "of 6", "1001 0 7", "1002 1234 6", "1004 0 5", "1008 55 4", "1010 0 6", "1020 0 1");
    assertThat(client.getattr(directory).mode()).isEqualTo(0755);
    client.acl(SET, set(directory, DEFAULT, new int[0][], new int[0][])).ok();
    assertThat(get(directory, DEFAULT).get(1)).containsExactly("of 0");
  }

  @Test
  void setacl_withAMaskThatSaysNothing_isAMode() throws Exception {
    int[][] four = {{0x20, 0, 0}, {0x10, 0, 5 | 8}, {0x04, 9, 5}, {0x01, 9, 6}};
    client.acl(SET, set(file, ACL, four, LIST)).ok();
    assertThat(client.getattr(file).mode()).isEqualTo(0650);
    int[][] less = {{0x01, 0, 6}, {0x04, 0, 5}, {0x10, 0, 4}, {0x20, 0, 0}};
    client.acl(SET, set(file, ACL, less, LIST)).ok();
    client.call(2, attributes(args(file), 0660, null).bool(false)).ok();
    assertThat(get(file, ACL).getFirst())
        .containsExactly("of 4", "1 0 6", "4 0 5", "10 0 6", "20 0 0");
    client.acl(SET, set(file, ACL, new int[0][], LIST)).ok();
    assertThat(get(file, ACL).getFirst())
        .containsExactly("of 4", "1 0 6", "4 0 6", "10 0 6", "20 0 0");
  }

  @Test
  void setacl_ofWhatIsNoList_isRefusedAndChangesNothing() throws Exception {
    int[][][] bad = {
      {{0x01, 0, 7}, {0x04, 0, 5}},
      {{0x01, 0, 7}, {0x01, 0, 7}, {0x04, 0, 5}, {0x20, 0, 1}},
      {{0x01, 0, 8}, {0x04, 0, 5}, {0x20, 0, 1}},
      {{0x01, 0, 7}, {0x02, 1, 7}, {0x04, 0, 5}, {0x20, 0, 1}},
      {{0x01, 0, 7}, {0x02, 1, 7}, {0x02, 1, 6}, {0x04, 0, 5}, {0x10, 0, 7}, {0x20, 0, 1}},
      {{0x01, 0, 7}, {0x02, -1, 7}, {0x04, 0, 5}, {0x10, 0, 7}, {0x20, 0, 1}},
      {{0x40, 0, 7}, {0x01, 0, 7}, {0x04, 0, 5}, {0x20, 0, 1}},
    };
    for (int[][] entries : bad) {
      XdrWriter in = set(file, ACL, entries, new int[0][]);
      assertThat(client.acl(SET, in).status()).isEqualTo(INVAL);
    }
    assertThat(client.acl(SET, set(file, 16, LIST, LIST)).status()).isEqualTo(INVAL);
    assertThat(client.acl(GET, args(file).int32(16)).status()).isEqualTo(INVAL);
    assertThat(client.getattr(file).mode()).isEqualTo(0644);
  }

  @Test
  void setacl_ofMoreEntriesThanMayBe_isGarbage() {
    XdrWriter many = args(file).int32(ACL);
    list(many, 0, new int[AccessControlList.MAX_ENTRIES + 1][3]);
    assertThatThrownBy(() -> client.acl(SET, many.int32(0).int32(0)))
        .isInstanceOf(RpcFailure.class);
    XdrWriter said = args(file).int32(ACL).int32(4).int32(Integer.MAX_VALUE);
    assertThatThrownBy(() -> client.acl(SET, said)).isInstanceOf(RpcFailure.class);
    XdrWriter cut = args(file).int32(ACL).int32(4).int32(4).int32(1).int32(0);
    assertThatThrownBy(() -> client.acl(SET, cut)).isInstanceOf(RpcFailure.class);
  }

  @Test
  void setacl_byOneWhoIsNotTheOwner_isRefused() throws Exception {
    try (Nfs3Client other = new Nfs3Client(new RpcConnection(gateway.address(), 7, 7))) {
      Nfs3Client.Answer refused = other.acl(SET, set(file, ACL, LIST, LIST));
      assertThat(refused.status()).isEqualTo(PERM);
      assertThat(refused.in().bool()).isFalse();
      assertThat(other.acl(GET, args(file).int32(ALL)).status()).isZero();
    }
    byte[] altered = file.clone();
    altered[25] ^= 1;
    assertThat(client.acl(GET, args(altered).int32(ALL)).status()).isEqualTo(BADHANDLE);
  }

  @Test
  void setacl_ofAFileThatAnotherHasDelegated_waits() throws Exception {
    Nfs4Client holder = gateway.client("holder", new CallbackServer());
    holder.run(new Ops().path("zone").open("o", "f", 1 | 0x100, 0));
    assertThat(client.acl(SET, set(file, ACL, LIST, LIST)).status()).isEqualTo(JUKEBOX);
  }

  @Test
  void procedures_ofOtherVersions_areNotThere() {
    assertThatThrownBy(() -> client.acl(3, args(file).int32(ALL))).isInstanceOf(RpcFailure.class);
  }
}
