// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.grapevinefs.replication.peer.TestMesh.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.grapevinefs.gossip.NodeId;
import org.grapevinefs.replication.core.Bytes;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.Knowledge;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.peer.VerifyPage.Finding;
import org.grapevinefs.replication.peer.VerifyPage.Kind;
import org.grapevinefs.replication.volume.DirectoryVolume;
import org.grapevinefs.replication.zone.HeldContents;
import org.grapevinefs.replication.zone.LocalZone;
import org.grapevinefs.replication.zone.ZoneHome;
import org.grapevinefs.replication.zone.ZoneReplica;
import org.grapevinefs.replication.zone.ZoneSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bits that flip on one member's disk are found and mended from another's. */
class VerifyTest {
  private static final Caller ROOT = Caller.of(0, 0);
  private static final int LARGE = 5_000_000;

  @TempDir Path folder;
  private final TestMesh mesh = new TestMesh(1, 2, 3);
  private final List<LocalZone> zones = new ArrayList<>();
  private final List<TestMesh.Node> nodes = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    mesh.close();
    for (LocalZone zone : zones) {
      zone.close();
    }
  }

  private void start(int count) throws IOException {
    Integer[] all = {1, 2, 3};
    for (int number = 1; number <= count; number++) {
      Path place = Files.createDirectories(folder.resolve("node-" + number));
      ZoneHome home =
          new ZoneHome(
              "tier-1",
              "node-" + number,
              new DirectoryVolume(place),
              place.resolve("tokens"),
              InstantSource.system(),
              System::nanoTime,
              new SplittableRandom(number));
      LocalZone zone = home.open(ZoneSettings.DEFAULT);
      zones.add(zone);
      TestMesh.Node node = mesh.node(number, all);
      nodes.add(node);
      node.service.addZone(TestMesh.ZONE, zone, zone, TestMesh.access(TestMesh.ids(all), Set.of()));
      node.connect(IntStream.range(1, number).boxed().toArray(Integer[]::new));
    }
  }

  private Path file(int number, String name) {
    return folder.resolve("node-" + number).resolve("tier-1").resolve(name);
  }

  private static byte[] bytes(int size) {
    byte[] data = new byte[size];
    new SplittableRandom(size).nextBytes(data);
    return data;
  }

  private FileId write(String name, int size) throws Exception {
    LocalZone zone = zones.getFirst();
    FileId id =
        zone.create(
                ROOT,
                FileId.ROOT,
                EntryName.of(name),
                new CreateMode.Guarded(),
                SetAttributes.mode(0644))
            .attributes()
            .id();
    zone.opened(id, OpenMode.BOTH);
    zone.write(ROOT, id, 0, ByteBuffer.wrap(bytes(size)), Stability.FILE_SYNC);
    zone.closed(id, OpenMode.BOTH);
    return id;
  }

  private void awaitEverywhere(String name, int size) throws IOException {
    // Times of directories get their version a second later, or in a scan.
    zones.getFirst().scan(ZoneReplica.Authority.DISK);
    for (int number = 1; number <= zones.size(); number++) {
      Path file = file(number, name);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.exists(file) && Arrays.equals(Files.readAllBytes(file), bytes(size)));
    }
    Knowledge known = zones.getFirst().status().knowledge();
    await()
        .untilAsserted(
            () -> assertThat(zones).extracting(z -> z.status().knowledge()).containsOnly(known));
    await().until(() -> zones.stream().allMatch(z -> z.status().counts().unsettled() == 0));
  }

  /** Changes one byte as a bad disk does: neither size nor time tell of it. */
  private static void flip(Path file, long at) throws IOException {
    FileTime before = Files.getLastModifiedTime(file, NOFOLLOW_LINKS);
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 4);
    }
    Files.setLastModifiedTime(file, before);
  }

  private VerifyPage verify(int number) throws Exception {
    VerifyPage page = nodes.get(number - 1).service.verify(TestMesh.ZONE, null);
    assertThat(page.next()).isNull();
    return page;
  }

  private static List<Finding> one(FileId file, Kind kind, NodeId... where) {
    return List.of(new Finding(file, kind, List.of(where)));
  }

  @Test
  void rotHere_isMendedFromTheOther_withoutANewVersion() throws Exception {
    start(2);
    FileId small = write("small", 3_000);
    awaitEverywhere("small", 3_000);
    Knowledge before = zones.getFirst().status().knowledge();
    FileTime time = Files.getLastModifiedTime(file(2, "small"));
    flip(file(2, "small"), 1_234);
    VerifyPage page = verify(2);
    assertThat(page.findings()).isEqualTo(one(small, Kind.MENDED, TestMesh.id(2)));
    assertThat(page.members()).containsExactly(TestMesh.id(1));
    assertThat(Files.readAllBytes(file(2, "small"))).isEqualTo(bytes(3_000));
    assertThat(Files.getLastModifiedTime(file(2, "small"))).isEqualTo(time);
    assertThat(zones.get(1).status().knowledge()).isEqualTo(before);
    assertThat(verify(2).findings()).isEmpty();
  }

  @Test
  void rotElsewhere_isMendedByThatMember() throws Exception {
    start(2);
    FileId small = write("small", 3_000);
    awaitEverywhere("small", 3_000);
    flip(file(2, "small"), 0);
    assertThat(verify(1).findings()).isEqualTo(one(small, Kind.MENDED, TestMesh.id(2)));
    assertThat(Files.readAllBytes(file(2, "small"))).isEqualTo(bytes(3_000));
  }

  @Test
  void twoThatCompareAtOnce_bothSeeThatItIsMended() throws Exception {
    start(2);
    for (int i = 0; i < 30; i++) {
      write("small" + i, 3_000 + i);
    }
    for (int i = 0; i < 30; i++) {
      awaitEverywhere("small" + i, 3_000 + i);
      flip(file(2, "small" + i), i);
    }
    CompletableFuture<VerifyPage> other =
        CompletableFuture.supplyAsync(() -> {
          try {
            return verify(2);
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        });
    List<Finding> findings = new ArrayList<>(verify(1).findings());
    findings.addAll(other.get(30, TimeUnit.SECONDS).findings());
    assertThat(findings).isNotEmpty().allMatch(finding -> finding.kind() == Kind.MENDED);
    assertThat(verify(1).findings()).isEmpty();
  }

  private FileId startWithALargeFile(int members) throws Exception {
    start(members);
    FileId large = write("large", LARGE);
    awaitEverywhere("large", LARGE);
    return large;
  }

  @Test
  void rotInALargeFile_isOutvotedByTwoOthers() throws Exception {
    FileId large = startWithALargeFile(3);
    flip(file(1, "large"), 4_321_000);
    assertThat(verify(1).findings()).isEqualTo(one(large, Kind.MENDED, TestMesh.id(1)));
    assertThat(Files.readAllBytes(file(1, "large"))).isEqualTo(bytes(LARGE));
  }

  @Test
  void largeFile_thatTwoMembersHoldDifferently_isToldAndLeftAlone() throws Exception {
    FileId large = startWithALargeFile(2);
    flip(file(2, "large"), 7);
    byte[] rotten = Files.readAllBytes(file(2, "large"));
    List<Finding> findings = verify(1).findings();
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst().kind()).isEqualTo(Kind.UNDECIDED);
    assertThat(findings.getFirst().shown()).isEqualTo(large);
    assertThat(Files.readAllBytes(file(1, "large"))).isEqualTo(bytes(LARGE));
    assertThat(Files.readAllBytes(file(2, "large"))).isEqualTo(rotten);
  }

  @Test
  void largeFile_thatAgreedOnce_isMendedHereFromTheOnlyOther() throws Exception {
    FileId large = startWithALargeFile(2);
    assertThat(verify(2).findings()).isEmpty();
    List<Knowledge> before = zones.stream().map(zone -> zone.status().knowledge()).toList();
    List<Long> digests = zones.stream().map(zone -> zone.status().stateDigest()).toList();
    FileTime time = Files.getLastModifiedTime(file(2, "large"));
    flip(file(2, "large"), 4_321_000);
    assertThat(verify(2).findings()).isEqualTo(one(large, Kind.MENDED, TestMesh.id(2)));
    assertThat(Files.readAllBytes(file(2, "large"))).isEqualTo(bytes(LARGE));
    assertThat(Files.getLastModifiedTime(file(2, "large"))).isEqualTo(time);
    assertThat(zones).extracting(zone -> zone.status().knowledge()).isEqualTo(before);
    assertThat(zones).extracting(zone -> zone.status().stateDigest()).isEqualTo(digests);
    assertThat(verify(2).findings()).isEmpty();
  }

  @Test
  void largeFile_thatAgreedOnce_isMendedByTheOtherWhenTold() throws Exception {
    FileId large = startWithALargeFile(2);
    assertThat(verify(1).findings()).isEmpty();
    assertThat(verify(2).findings()).isEmpty();
    List<Finding> told = new CopyOnWriteArrayList<>();
    nodes.get(1).service.onMendings((zone, findings) -> told.addAll(findings));
    flip(file(2, "large"), 7);
    assertThat(verify(1).findings()).isEqualTo(one(large, Kind.MENDED, TestMesh.id(2)));
    assertThat(told).isEqualTo(one(large, Kind.MENDED, TestMesh.id(2)));
    assertThat(Files.readAllBytes(file(2, "large"))).isEqualTo(bytes(LARGE));
  }

  @Test
  void largeFile_thatOnlyTheAskerSawAgree_isBadThereAndLeftAlone() throws Exception {
    FileId large = startWithALargeFile(2);
    assertThat(verify(1).findings()).isEmpty();
    flip(file(2, "large"), 7);
    byte[] rotten = Files.readAllBytes(file(2, "large"));
    assertThat(verify(1).findings()).isEqualTo(one(large, Kind.BAD, TestMesh.id(2)));
    assertThat(verify(2).findings()).extracting(Finding::kind).containsExactly(Kind.UNDECIDED);
    assertThat(Files.readAllBytes(file(1, "large"))).isEqualTo(bytes(LARGE));
    assertThat(Files.readAllBytes(file(2, "large"))).isEqualTo(rotten);
  }

  @Test
  void largeFile_writtenToSinceAllAgreed_cannotBeTold() throws Exception {
    FileId large = startWithALargeFile(2);
    HeldContents contents = zones.get(1).heldContents();
    HeldContents.Held old = contents.after(null, 1).getFirst();
    assertThat(contents.witnessed(old)).isNull();
    assertThat(verify(2).findings()).isEmpty();
    assertThat(contents.witnessed(old)).isNotNull();
    LocalZone zone = zones.getFirst();
    zone.opened(large, OpenMode.BOTH);
    zone.write(ROOT, large, 0, ByteBuffer.wrap(bytes(LARGE)), Stability.FILE_SYNC);
    zone.closed(large, OpenMode.BOTH);
    await().until(() -> contents.held(large, old.content().dot()) == null);
    awaitEverywhere("large", LARGE);
    contents.witness(old, Bytes.of(new byte[32]));
    assertThat(contents.witnessed(old)).isNull();
    flip(file(2, "large"), 7);
    assertThat(verify(2).findings()).extracting(Finding::kind).containsExactly(Kind.UNDECIDED);
  }

  @Test
  void editBehindOurBack_isNoRot() throws Exception {
    start(2);
    FileId small = write("small", 3_000);
    awaitEverywhere("small", 3_000);
    Files.writeString(file(2, "small"), "edited by hand");
    Files.setLastModifiedTime(file(2, "small"), FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(verify(2).findings()).isEqualTo(one(small, Kind.EDITED, TestMesh.id(2)));
    assertThat(verify(1).findings()).isEmpty();
    assertThat(file(2, "small")).hasContent("edited by hand");
  }

  @Test
  void missingFile_isPutBackUnderAllItsNames() throws Exception {
    start(2);
    FileId small = write("small", 3_000);
    zones.getFirst().link(ROOT, small, FileId.ROOT, EntryName.of("second"));
    awaitEverywhere("small", 3_000);
    awaitEverywhere("second", 3_000);
    Files.delete(file(2, "small"));
    Files.delete(file(2, "second"));
    assertThat(verify(1).findings()).isEqualTo(one(small, Kind.MENDED, TestMesh.id(2)));
    assertThat(Files.readAllBytes(file(2, "small"))).isEqualTo(bytes(3_000));
    assertThat(Files.isSameFile(file(2, "small"), file(2, "second"))).isTrue();
  }

  @Test
  void memberThatIsAway_isNotCompared() throws Exception {
    start(2);
    write("small", 3_000);
    awaitEverywhere("small", 3_000);
    nodes.get(1).close();
    await()
        .untilAsserted(() -> {
          VerifyPage page = verify(1);
          assertThat(page.members()).isEmpty();
          assertThat(page.findings()).isEmpty();
        });
  }
}
