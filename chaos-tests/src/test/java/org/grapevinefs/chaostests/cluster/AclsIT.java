// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** POSIX access control lists through the Linux kernel's client, by one node and by another. */
class AclsIT {

  private static final Duration LONG = Duration.ofMinutes(3);

  /** Runs what comes after the ids of a user and a group on their behalf; wants it to fail. */
  private static final String AS =
      """
      as() { setpriv --reuid $1 --regid $2 --clear-groups -- "${@:3}"; }
      no() { if "$@" >/dev/null 2>&1; then echo "went well: $*"; exit 9; fi; }
      """;

  /** What the lists of f, d and d/file come to over version 3. */
  private static final String AS_POSIX =
      """
      user::rw-
      user:1234:rwx
      group::r--
      mask::rwx
      other::---

      user::rwx
      group::r-x
      group:55:r-x
      mask::rwx
      other::rwx
      default:user::rwx
      default:group::r-x
      default:group:55:r-x
      default:mask::r-x
      default:other::---

      user::rw-
      user:88:r--
      group::r--
      group:55:r--
      mask::r--
      other::---

      """;

  @TempDir Path folder;

  private static void requireTools(LinuxClient client) throws IOException {
    requireTool(client, "setfacl getfacl", "acl");
  }

  private static void requireTool(LinuxClient client, String tools, String from)
      throws IOException {
    if (client.run("command -v " + tools).status() != 0) {
      abort("cannot run here: no " + tools + " (apt-get install " + from + ")");
    }
  }

  private static void mount3(LinuxClient client, String name, MeshNode node) throws IOException {
    client.mount(name, node.nfsPort(), "/shared", "vers=3");
  }

  @Test
  void listsSetThroughOneNode_areInForceAndInheritedThroughTheOthers() throws Exception {
    LinuxClient.requireOrAbort();
    try (Mesh mesh = Mesh.make(folder, 3).zone("shared", 1, 2).start(1, 2, 3);
        LinuxClient client = LinuxClient.boot()) {
      requireTools(client);
      mount3(client, "one", mesh.node(1));
      mount3(client, "away", mesh.node(3));
      client.mount("two", mesh.node(2).nfsPort(), "/shared", "");
      client
          .run(
              """
              set -e; umask 027; cd /mnt/one; mkdir d
              setfacl -m u:1234:rwx,g:55:rx d; setfacl -d -m u:1234:rwx,g:55:rx,o::- d
              echo hello > d/file; mkdir d/below
              """,
              LONG)
          .orFail();
      mesh.node(1).command("wait", "shared", "--timeout", "60s");
      assertThat(client.run("cd /mnt/away; getfacl -cn d/file d/below", LONG).orFail())
          .isEqualTo(
              """
              user::rw-
              user:1234:rwx\t#effective:rw-
              group::r-x\t#effective:r--
              group:55:r-x\t#effective:r--
              mask::rw-
              other::---

              user::rwx
              user:1234:rwx
              group::r-x
              group:55:r-x
              mask::rwx
              other::---
              default:user::rwx
              default:user:1234:rwx
              default:group::r-x
              default:group:55:r-x
              default:mask::rwx
              default:other::---

              """);
      String used =
          AS
              + """
              umask 077; cd /mnt/two/d; echo new > later; stat -c %a later
              as 1234 1234 cat file; as 1234 1234 sh -c 'echo more >> file' && echo written
              as 77 55 cat file; no as 77 55 sh -c 'echo x >> file'; no as 77 77 cat file
              cd /mnt/away/d; chmod 640 file; no as 1234 1234 sh -c 'echo x >> file'
              no as 1234 1234 setfacl -b file; setfacl -b file; no as 1234 1234 cat file
              stat -c %a file
              """;
      assertThat(client.run(used, LONG).orFail().lines())
          .containsSubsequence("660", "hello", "written", "hello", "more", "640");
      mesh.awaitSame("shared", 1, 2);
      assertThat(client.run("cd /mnt/one/d; getfacl -cn file later", LONG).orFail())
          .startsWith("user::rw-\ngroup::r--\nother::---\n\nuser::rw-\nuser:1234:rwx");
    }
  }

  @Test
  void listsSetOverVersion4_areTheSameOverVersion3AndInForce() throws Exception {
    LinuxClient.requireOrAbort();
    try (Mesh mesh = Mesh.make(folder, 3).zone("shared", 1, 2).start(1, 2, 3);
        LinuxClient client = LinuxClient.boot()) {
      requireTools(client);
      requireTool(client, "nfs4_getfacl nfs4_setfacl", "nfs4-acl-tools");
      client.mount("one", mesh.node(1).nfsPort(), "/shared", "");
      client.mount("away", mesh.node(3).nfsPort(), "/shared", "vers=4.0");
      mount3(client, "two", mesh.node(2));
      String set =
          AS
              + """
              set -e; umask 027; cd /mnt/one; mkdir d; echo hello > f; chmod 640 f
              nfs4_setfacl -a A::1234:RWX f; nfs4_setfacl -a A:fdg:55:RX d
              echo new > d/file; chmod 777 d; cd /mnt/away
              as 1234 1234 sh -c 'cat f; echo more >> f'; as 77 55 cat d/file
              no as 77 77 cat d/file; no as 1234 1234 nfs4_setfacl -a A::77:R f
              nfs4_setfacl -a A::88:R d/file; nfs4_getfacl d/file
              """;
      assertThat(client.run(set, LONG).orFail())
          .isEqualTo(
              """
              hello
              new
              # file: d/file
              A::OWNER@:rwatTcCy
              A::88:rtcy
              A:g:GROUP@:rtcy
              A:g:55:rtcy
              A::EVERYONE@:tcy

              """);
      mesh.node(1).command("wait", "shared", "--timeout", "60s");
      assertThat(client.run("cd /mnt/two; getfacl -cn f d d/file", LONG).orFail())
          .isEqualTo(AS_POSIX);
      mesh.awaitSame("shared", 1, 2);
    }
  }
}
