// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.grapevinefs.node.proto.Member;
import org.grapevinefs.node.proto.Node;
import org.grapevinefs.node.proto.Peer;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.Zone;
import org.grapevinefs.node.proto.ZoneVersion;
import org.junit.jupiter.api.Test;

/** The shape that scripts rely on; a difference here is a broken promise. */
class ViewsTest {
  private static final Status SOME =
      Status.newBuilder()
          .setNode(Node.newBuilder().setName("a").setId("idA").setVersion("0.1.0").setMesh("m"))
          .addPeers(Peer.newBuilder().setName("b").setId("idB").setState("alive").setRttMillis(0.5))
          .addPeers(Peer.newBuilder().setName("c").setId("idC").setState("unheard"))
          .addZones(
              Zone.newBuilder()
                  .setName("z")
                  .setRole("member")
                  .setVersion(ZoneVersion.newBuilder().setSum(3).putVector("r1", 3))
                  .setQuotaBytes(1 << 20)
                  .setUsedBytes(10)
                  .setFiles(2)
                  .addMembers(Member.newBuilder().setName("a").setSum(3).setBehind(0))
                  .addMembers(Member.newBuilder().setName("c").setReason("unreachable"))
                  .setConflicts(1)
                  .addProblems("full"))
          .addWarnings("doubtful")
          .build();

  @Test
  void status_asJson_hasThePromisedShape() {
    assertThat(Output.render(Format.JSON, Views.status(SOME)).replaceAll("\\s+", ""))
        .isEqualTo(
            ("{'node':{'name':'a','id':'idA','version':'0.1.0','mesh':'m','publicKey':'','nfs':'',"
                    + "'startedAt':'1970-01-01T00:00:00Z'},"
                    + "'peers':[{'name':'b','id':'idB','state':'alive','rttMillis':0.5,"
                    + "'addresses':[],'version':'','zones':[]},"
                    + "{'name':'c','id':'idC','state':'unheard','rttMillis':null,"
                    + "'addresses':[],'version':'','zones':[]}],"
                    + "'zones':[{'name':'z','role':'member','version':{'sum':3,'vector':{'r1':3}},"
                    + "'quotaBytes':1048576,'usedBytes':10,'files':2,"
                    + "'members':[{'name':'a','sum':3,'behind':0,'reason':null},"
                    + "{'name':'c','sum':null,'behind':null,'reason':'unreachable'}],"
                    + "'conflicts':1,'problems':['full'],'description':'','labels':{},'type':'',"
                    + "'path':'','export':'','scrub':''}],'problems':[],'warnings':['doubtful']}")
                .replace('\'', '"'));
  }

  @Test
  void status_asYaml_readsAsYaml() {
    assertThat(Output.render(Format.YAML, Views.status(SOME)))
        .startsWith("node:\n  name: a\n")
        .contains("zones:\n- name: z\n");
  }

  @Test
  void size_ofEachMagnitude_isShort() {
    assertThat(Output.size(0)).isEqualTo("0 B");
    assertThat(Output.size(1536)).isEqualTo("1.5 KiB");
    assertThat(Output.size(512L << 30)).isEqualTo("512 GiB");
  }
}
