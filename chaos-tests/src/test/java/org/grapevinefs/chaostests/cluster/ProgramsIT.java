// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Programs that people use, on a zone mounted through the Linux kernel's client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProgramsIT {

  private static final Duration LONG = Duration.ofMinutes(4);

  private Mesh mesh;
  private LinuxClient client;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    LinuxClient.requireOrAbort();
    mesh = Mesh.make(folder, 2).zone("shared", 1, 2).start(1, 2);
    client = LinuxClient.boot();
    client.mount("z", mesh.node(1).nfsPort(), "/shared", "");
    client.mount("other", mesh.node(2).nfsPort(), "/shared", "");
  }

  @AfterAll
  void stop() throws Exception {
    if (client != null) {
      client.close();
    }
    if (mesh != null) {
      mesh.close();
    }
  }

  private String run(String script) throws Exception {
    LinuxClient.Result result = client.run("export HOME=/run; cd /mnt/z\n" + script, LONG);
    assertThat(result.status()).as("%s%n%s", result.output(), mesh.node(1).lastWords()).isZero();
    return result.output();
  }

  @Test
  void git_clonesCommitsPacksAndFindsNothingBroken() throws Exception {
    String said =
        run(
            """
            git config --global user.email a@b.example; git config --global user.name A
            git init -q /run/origin; cd /run/origin
            for i in $(seq 60); do echo "text $i" > file$i; git add .; git commit -qm "$i"; done
            cd /mnt/z; git clone -q --no-local /run/origin clone; cd clone
            echo more >> file1; git add file1; git commit -qm edit; git branch topic
            git gc -q; git fsck --full --strict; git status --porcelain; git log --oneline | wc -l
            """);
    assertThat(said.strip()).endsWith("61");
    mesh.awaitSame("shared", 1, 2);
    assertThat(run("cd /mnt/other/clone && git fsck --full && git log --oneline | wc -l").strip())
        .endsWith("61");
  }

  @Test
  void sqlite_withItsUsualJournal_keepsItsTables() throws Exception {
    String said =
        run(
            """
            sqlite3 people.db 'create table t(a integer primary key, b text)'
            for i in $(seq 40); do sqlite3 people.db "insert into t(b) values('row $i')"; done
            sqlite3 people.db 'begin; update t set b = b || b; commit; pragma integrity_check'
            sqlite3 people.db 'select count(*) from t'
            """);
    assertThat(said.lines().toList()).containsExactly("ok", "40");
  }

  @Test
  void make_buildsAProgramThatRuns() throws Exception {
    String said =
        run(
            """
            mkdir build; cd build
            for i in $(seq 12); do echo "int f$i(void) { return $i; }" > f$i.c; done
            { echo '#include <stdio.h>'; for i in $(seq 12); do echo "int f$i(void);"; done
              echo 'int main(void) { printf("%d\\n", f1() + f12()); return 0; }'; } > main.c
            printf 'prog: $(patsubst %%.c,%%.o,$(wildcard *.c))\\n\\tcc -o $@ $^\\n' > Makefile
            make -s; ./prog; make
            """);
    assertThat(said).contains("13\n").contains("up to date");
  }

  @Test
  void rsync_aSecondTime_findsNothingToDo() throws Exception {
    String said =
        run(
            """
            mkdir -p /run/tree/a/b; for i in $(seq 50); do echo $i > /run/tree/a/b/$i; done
            ln -s b /run/tree/a/link; ln /run/tree/a/b/1 /run/tree/a/hard; chmod 0640 /run/tree/a/b/2
            rsync -aH /run/tree .; rsync -aHi --checksum /run/tree .
            rsync -aHi --delete /run/tree/ tree/; echo end
            stat -c %h tree/a/hard; diff -r /run/tree tree
            """);
    assertThat(said).isEqualTo("end\n2\n");
  }

  @Test
  void copiesLinksAndRenames_behaveAsOnADisk() throws Exception {
    String said =
        run(
            """
            mkdir -p d/sub; echo one > d/one; echo two > d/two; ln d/one d/hard; ln -s one d/soft
            cp -a d copy; cat copy/soft; stat -c %h copy/one
            mv d/two d/one; cat d/one d/hard; mv d/sub d/moved; rm -rf copy; ls d
            exec 4< d/hard; rm d/hard; cat <&4; exec 4<&-
            rm -rf d; ls -d d 2>/dev/null || echo gone
            """);
    assertThat(said.lines().toList())
        .containsExactly("one", "2", "two", "one", "hard", "moved", "one", "soft", "one", "gone");
  }

  @Test
  void locks_betweenTwoProcesses_areHeld() throws Exception {
    String said =
        run(
            """
            touch lock
            exec 5<>lock; flock -x 5; flock -n -x lock -c 'echo taken' || echo held
            flock -u 5; flock -n -x lock -c 'echo taken'
            """);
    assertThat(said).isEqualTo("held\ntaken\n");
  }

  @Test
  void twoClientsOfTwoNodes_atWorkAtOnce_comeToSeeTheSame() throws Exception {
    run("mkdir both; until [ -d /mnt/other/both ]; do ls /mnt/other >/dev/null; done");
    LinuxClient.Running here = client.start(inTurn("z", "here"), LONG);
    LinuxClient.Running there = client.start(inTurn("other", "there"), LONG);
    here.get().orFail();
    there.get().orFail();
    mesh.awaitSame("shared", 1, 2);
    String count = "ls both | wc -l; cat both/* | sort | uniq | wc -l; stat -c %h both/there-again";
    assertThat(run(count)).isEqualTo("202\n200\n2\n");
    assertThat(run("cd /mnt/other; " + count)).isEqualTo("202\n200\n2\n");
  }

  private static String inTurn(String mount, String who) {
    return """
    cd /mnt/%1$s/both; mkdir %2$s
    for i in $(seq 100); do echo "%2$s $i" > %2$s/$i; mv %2$s/$i %2$s-$i; done
    rmdir %2$s; ln %2$s-1 %2$s-again; cat %2$s-again
    """
        .formatted(mount, who);
  }

  @Test
  void df_showsTheQuota() throws Exception {
    assertThat(run("df --output=size -BM . | tail -1").strip()).isEqualTo("8192M");
  }
}
