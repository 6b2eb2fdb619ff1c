// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.grapevinefs.nfsgateway.client.Nfs4Client;
import org.grapevinefs.nfsgateway.client.Ops;
import org.grapevinefs.nfsgateway.client.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node killed in the midst of work, again and again: what it acknowledged is there when it is
 * back, and its neighbour comes to hold the same.
 */
class KillNineIT {

  private static final String ZONE = "shared";
  private static final int ROUNDS = Integer.getInteger("kill.rounds", 40);
  private static final int MOST_STEPS = 60;
  private static final int CROWD = 300;
  private static final int LOOKUP = 15;
  private static final int PUTROOTFH = 24;

  @TempDir Path folder;

  /** What the node said yes to: path → bytes. What was under way when it died may be either. */
  private final Map<String, String> acknowledged = new TreeMap<>();

  private String underWay = "";

  @Test
  void killedAtAnyMoment_startsAgain_withAllThatItAcknowledged() throws Exception {
    Random random = new Random(20_261_121);
    try (Mesh mesh = Mesh.make(folder, 2).zone(ZONE, 1, 2).start(1, 2)) {
      for (int round = 0; round < ROUNDS; round++) {
        work(mesh.node(1), round, 5 + random.nextInt(MOST_STEPS), random);
        mesh.start(1);
        requireAcknowledged(mesh.files(1, ZONE));
      }
      Listing both = mesh.awaitSame(ZONE, 1, 2);
      requireAcknowledged(mesh.files(2, ZONE));
      assertThat(both.entries().keySet()).noneMatch(path -> path.contains("conflict"));
    }
  }

  @Test
  void killedWhileItSettlesWhatOthersWrote_comesToHoldTheSame() throws Exception {
    Random random = new Random(20_261_122);
    try (Mesh mesh = Mesh.make(folder, 2).zone(ZONE, 1, 2).start(1, 2);
        Nfs4Client client = mesh.node(1).nfs("writer")) {
      for (int round = 0; round < Math.max(1, ROUNDS / 5); round++) {
        String top = "round" + round;
        client.run(new Ops().path(ZONE).mkdir(top));
        mesh.node(2).stop();
        for (int i = 0; i < CROWD; i++) {
          write(client, top, "f" + i, "text of " + i + " " + random.nextLong());
        }
        for (int i = 0; round > 0 && i < CROWD; i += 3) {
          client.run(new Ops().path(ZONE + "/round" + (round - 1)).remove("f" + i));
          acknowledged.remove("round" + (round - 1) + "/f" + i);
        }
        mesh.start(2);
        Path there = mesh.files(2, ZONE).resolve(top);
        int some = random.nextInt(CROWD - 10);
        await()
            .atMost(Duration.ofMinutes(1))
            .pollInterval(Duration.ofMillis(1))
            .until(() -> Files.exists(there) && names(there) >= some);
        mesh.node(2).kill();
        mesh.start(2);
      }
      Listing both = mesh.awaitSame(ZONE, 1, 2);
      requireAcknowledged(mesh.files(2, ZONE));
      assertThat(both.entries().keySet()).noneMatch(path -> path.contains("conflict"));
    }
  }

  private static int names(Path folder) {
    String[] names = folder.toFile().list();
    return names == null ? 0 : names.length;
  }

  private void work(MeshNode node, int round, int most, Random random) throws Exception {
    CountDownLatch soon = new CountDownLatch(most);
    CompletableFuture<Void> killer =
        CompletableFuture.runAsync(() -> {
          try {
            soon.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          node.kill();
        });
    try (Nfs4Client client = node.nfs("killer")) {
      String top = "round" + round;
      client.run(new Ops().path(ZONE).mkdir(top));
      for (int i = 0; ; i++) {
        step(client, top, i, random);
        soon.countDown();
      }
    } catch (Exception e) {
      // The node is gone, as it was meant to be; anything else shows below.
      assertThat(soon.getCount()).as("it ended by itself: %s\n%s", e, node.lastWords()).isZero();
    }
    killer.join();
  }

  /** One file made and written, and now and then one renamed, removed or written again. */
  private void step(Nfs4Client client, String top, int i, Random random) throws Exception {
    String name = "f" + i;
    write(client, top, name, "text of " + top + "/" + name + " " + random.nextLong());
    if (i < 4) {
      return;
    }
    String other = "f" + random.nextInt(i);
    String text = acknowledged.get(top + "/" + other);
    if (text == null) {
      return;
    }
    underWay = top + "/" + other;
    switch (random.nextInt(6)) {
      case 0 -> {
        acknowledged.remove(underWay);
        client.run(new Ops().path(ZONE + "/" + top).remove(other));
      }
      case 1 -> {
        acknowledged.remove(underWay);
        Ops rename = new Ops().path(ZONE + "/" + top).save();
        client.run(rename.path(ZONE + "/" + top).rename(other, other + "-renamed"));
        acknowledged.put(underWay + "-renamed", text);
      }
      case 2 -> write(client, top, other, "again " + random.nextLong());
      default -> underWay = "";
    }
  }

  private void write(Nfs4Client client, String top, String name, String text) throws Exception {
    underWay = top + "/" + name;
    acknowledged.remove(underWay);
    Reply made = client.run(new Ops().path(ZONE + "/" + top).create(name, name, 3, 0).getHandle());
    made.skip(PUTROOTFH, LOOKUP, LOOKUP);
    byte[] stateid = made.opened();
    byte[] handle = made.handle();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    client.run(
        new Ops()
            .handle(handle)
            .setSize(stateid, bytes.length)
            .write(stateid, 0, 0, bytes)
            .commit(0, 0)
            .close(stateid));
    acknowledged.put(underWay, text);
    underWay = "";
  }

  private void requireAcknowledged(Path files) throws Exception {
    for (Map.Entry<String, String> entry : acknowledged.entrySet()) {
      String text = Files.readString(files.resolve(entry.getKey()));
      assertThat(text).as(entry.getKey()).isEqualTo(entry.getValue());
    }
    assertThat(acknowledged).isNotEmpty();
    assertThat(Files.isDirectory(files)).isTrue();
  }
}
