// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that a file can have is on the other members too, and looks the same over their mounts. */
class EverythingTravelsIT {
  private static final Duration LONG = Duration.ofMinutes(3);

  /** Times to the nanosecond, before 1970's first second and after 32 bits of seconds end. */
  private static final String MAKE =
      """
      set -e; mkdir -p /run/all/dir/empty; cd /run/all
      echo plain > plain; chown 1234:4321 plain; chmod 4751 plain
      echo x > dir/hard; ln dir/hard hard2; ln -s nowhere/at/all dangling; ln -s dir soft
      chown -h 77:88 soft; chown 4000000000:4000000001 dir/hard
      mkfifo -m 0620 fifo; mknod -m 0640 null c 1 3; mknod block b 7 200
      truncate -s 8M sparse
      echo middle | dd of=sparse bs=1M seek=4 conv=notrunc status=none
      echo b > "$(printf 'bad\\377utf8')"; echo n > "$(printf 'new\\nline')"; echo s > ' around '
      echo e > "$(printf 'e\\314\\201')"; echo l > "$(printf 'n%.0s' $(seq 255))"
      chmod 1777 dir/empty; chmod 2775 dir; chmod 0 dir/hard
      touch -d '2001-02-03 04:05:06.123456789' plain dir/hard sparse
      touch -h -d '1969-12-31 23:59:58.987654321' dangling; touch -d '1970-01-01' fifo
      touch -d '2040-06-07 08:09:10.5' dir/empty dir .
      """;

  @TempDir Path folder;

  @Test
  void treeOfEverything_putOnOneNode_isTheSameOnTheOther() throws Exception {
    LinuxClient.requireOrAbort();
    try (Mesh mesh = Mesh.make(folder, 2).zone("shared", 1, 2).start(1, 2);
        LinuxClient client = LinuxClient.boot()) {
      client.mount("one", mesh.node(1).nfsPort(), "/shared", "");
      client.mount("two", mesh.node(2).nfsPort(), "/shared", "");
      client.run(MAKE + "rsync -aHS /run/all /mnt/one", LONG).orFail();
      client
          .run(
              """
              set -e; cd /mnt/one/all
              setfattr -n user.colour -v 'deep red' plain; setfattr -n user.bytes -v 0x00ff10 dir
              truncate -s 5G ../big; printf tail >> ../big
              """,
              LONG)
          .orFail();
      mesh.node(1).command("wait", "shared", "--timeout", "60s");
      String different = "rsync -aHni --checksum --delete /run/all/ ";
      assertThat(client.run(different + "/mnt/one/all/", LONG).orFail()).isEmpty();
      assertThat(client.run(different + "/mnt/two/all/", LONG).orFail()).isEmpty();
      String rest =
          """
          set -e; cd /mnt/two/all
          getfattr --only-values -n user.colour plain; echo
          getfattr --only-values -n user.bytes dir | od -An -tx1
          stat -c '%s %h' ../big dir/hard; tail -c 4 ../big; echo
          test $(stat -c %b sparse) -lt 1024 && test $(stat -c %b ../big) -lt 1024 && echo sparse
          """;
      assertThat(client.run(rest, LONG).orFail().lines().toList())
          .containsExactly("deep red", " 00 ff 10", "5368709124 1", "2 2", "tail", "sparse");
    }
  }
}
