// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.grapevinefs.replication.peer.TestMesh.await;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.FileId;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.CreateMode;
import org.grapevinefs.replication.fs.Device;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.SeekKind;
import org.grapevinefs.replication.fs.SetAcls;
import org.grapevinefs.replication.fs.SetAttributes;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.fs.ZoneError;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A zone served for members that are elsewhere. */
class RemoteZoneTest {
  private static final Caller CALLER = new Caller(1000, -5, Set.of(4, 24), true, true);

  private final TestMesh mesh = new TestMesh(1, 2, 3);
  private final ZoneAccess access = TestMesh.access(TestMesh.ids(1, 2), TestMesh.ids(3));
  private final EchoFiles one = new EchoFiles();
  private final EchoFiles two = new EchoFiles();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static Object sample(Class<?> type) {
    List<Object> samples =
        List.of(
            CALLER,
            new FileId(3, 4),
            EntryName.of("a name"),
            new SetAttributes(
                0755,
                -1,
                null,
                77L,
                new SetAttributes.SetTime.Now(),
                new SetAttributes.SetTime.Given(new Timestamp(-1, 5)),
                0777),
            new SetAcls(new SetAcls.Choice.Given(EchoFiles.ACL), new SetAcls.Choice.None()),
            new CreateMode.Exclusive(-9),
            new byte[] {9, 8},
            FileType.FIFO,
            new Device(1, 2),
            OpenMode.BOTH,
            ByteBuffer.wrap(new byte[] {6, 7}),
            Stability.FILE_SYNC,
            SeekKind.HOLE,
            XattrMode.REPLACE,
            "user name",
            1L << 35,
            17);
    Class<?> wanted = type == long.class ? Long.class : type == int.class ? Integer.class : type;
    return samples.stream().filter(wanted::isInstance).findFirst().orElseThrow();
  }

  @Test
  void everyCall_arrivesWholeAndBringsItsResultBack() throws Exception {
    mesh.node(1, 1).host(true, one, access);
    RemoteZone remote = mesh.node(3, 1).service.remoteZone(TestMesh.ZONE, TestMesh.PATIENCE);
    for (Method method : ZoneFileSystem.class.getMethods()) {
      // One that is made of another arrives as that one.
      if (method.getName().equals("listen") || method.isDefault()) {
        continue;
      }
      Object[] args =
          Arrays.stream(method.getParameterTypes()).map(RemoteZoneTest::sample).toArray();
      String expected = EchoFiles.describe(method, args);
      if (method.getName().equals("closed")) {
        remote.opened(new FileId(3, 4), OpenMode.BOTH);
      }
      Object result = method.invoke(remote, args);
      assertThat(one.calls).last().isEqualTo(expected);
      if (!Set.of("write", "commit", "opened", "closed").contains(method.getName())
          && method.getReturnType() != void.class) {
        assertThat(EchoFiles.describe(result))
            .isEqualTo(EchoFiles.describe(EchoFiles.result(method)));
      }
      one.calls.clear();
    }
  }

  @Test
  void memberGoes_theNextTakesOverWithTheSameHandles() throws Exception {
    TestMesh.Node first = mesh.node(1, 1, 2);
    first.host(true, one, access);
    mesh.node(2, 1, 2).host(true, two, access);
    TestMesh.Node third = mesh.node(3, 1, 2);
    third.connect(1, 2);
    await().until(() -> third.service.stats().connected().size() == 2);
    RemoteZone remote = third.service.remoteZone(TestMesh.ZONE, TestMesh.PATIENCE);
    remote.opened(EchoFiles.FILE, OpenMode.READ);
    assertThat(remote.getattr(CALLER, EchoFiles.FILE)).isEqualTo(EchoFiles.ATTRIBUTES);
    assertThat(remote.member()).isEqualTo(TestMesh.id(1));
    first.close();
    assertThat(remote.getattr(CALLER, EchoFiles.FILE)).isEqualTo(EchoFiles.ATTRIBUTES);
    assertThat(remote.member()).isEqualTo(TestMesh.id(2));
    assertThat(two.calls).first().asString().startsWith("opened[" + EchoFiles.FILE);
  }

  @Test
  void memberThatKnowsLess_isAskedToPullFirst() throws Exception {
    TestMesh.Node first = mesh.node(1, 1, 2);
    FakeReplica known = first.host(true, one, access);
    TestMesh.Node second = mesh.node(2, 1, 2);
    FakeReplica behind = second.host(true, two, access);
    TestMesh.Node third = mesh.node(3, 1, 2);
    third.connect(1, 2);
    await().until(() -> third.service.stats().connected().size() == 2);
    RemoteZone remote = third.service.remoteZone(TestMesh.ZONE, TestMesh.PATIENCE);
    known.write(EchoFiles.FILE, new byte[3]);
    remote.getattr(CALLER, EchoFiles.FILE);
    assertThat(remote.session().seen().includes(known.knowledge())).isTrue();
    first.close();
    assertThatThrownBy(() -> remote.getattr(CALLER, EchoFiles.FILE))
        .isInstanceOfSatisfying(
            ZoneException.class, e -> assertThat(e.error()).isEqualTo(ZoneError.DELAY));
    assertThat(behind.knowledge().isEmpty()).isTrue();

    TestMesh.Node again = mesh.node(1, 1, 2);
    again.service.addZone(TestMesh.ZONE, known, one.files, access);
    again.connect(2);
    await().until(() -> behind.knowledge().equals(known.knowledge()));
    again.close();
    assertThat(remote.getattr(CALLER, EchoFiles.FILE)).isEqualTo(EchoFiles.ATTRIBUTES);
    assertThat(remote.member()).isEqualTo(TestMesh.id(2));
  }

  @Test
  void nobodyKnowsWhatWasSeen_afterAWhileGoesOnWithWhatThereIs() throws Exception {
    RemotePatience soon =
        new RemotePatience(
            Duration.ofSeconds(30),
            Duration.ofMillis(50),
            Duration.ofMillis(50),
            Duration.ofMillis(1),
            Duration.ofMillis(300));
    TestMesh.Node first = mesh.node(1, 1, 2);
    FakeReplica known = first.host(true, one, access);
    FakeReplica behind = mesh.node(2, 1, 2).host(true, two, access);
    TestMesh.Node third = mesh.node(3, 1, 2);
    third.connect(1, 2);
    await().until(() -> third.service.stats().connected().size() == 2);
    RemoteZone remote = third.service.remoteZone(TestMesh.ZONE, soon);
    known.write(EchoFiles.FILE, new byte[3]);
    remote.getattr(CALLER, EchoFiles.FILE);
    first.close();
    remote.getattr(CALLER, EchoFiles.FILE);
    assertThat(remote.member()).isEqualTo(TestMesh.id(2));
    assertThat(behind.knowledge().isEmpty()).isTrue();
    assertThat(remote.session().seen().isEmpty()).isTrue();
  }

  @Test
  void nearerMemberThatKnowsLess_isNotTakenHoweverOftenItIsLookedAt() throws Exception {
    RemotePatience curious =
        new RemotePatience(
            Duration.ofSeconds(30),
            Duration.ofMillis(50),
            Duration.ofMillis(1),
            Duration.ZERO,
            Duration.ZERO);
    TestMesh.Node second = mesh.node(2, 1, 2);
    FakeReplica known = second.host(true, two, access);
    TestMesh.Node third = mesh.node(3, 1, 2);
    third.connect(2);
    await().until(() -> third.service.stats().connected().size() == 1);
    RemoteZone remote = third.service.remoteZone(TestMesh.ZONE, curious);
    known.write(EchoFiles.FILE, new byte[3]);
    remote.getattr(CALLER, EchoFiles.FILE);
    mesh.node(1, 1, 2).host(true, one, access);
    third.connect(1);
    await().until(() -> third.service.stats().connected().size() == 2);
    for (int look = 0; look < 5; look++) {
      remote.getattr(CALLER, EchoFiles.FILE);
      assertThat(remote.member()).isEqualTo(TestMesh.id(2));
    }
  }

  @Test
  void noMemberInReach_saysDelay() throws Exception {
    RemotePatience short_ =
        new RemotePatience(
            Duration.ofMillis(200),
            Duration.ofMillis(50),
            Duration.ofMillis(50),
            Duration.ofHours(1),
            Duration.ofHours(1));
    RemoteZone remote = mesh.node(3, 1).service.remoteZone(TestMesh.ZONE, short_);
    assertThatThrownBy(() -> remote.statfs(CALLER))
        .isInstanceOfSatisfying(
            ZoneException.class, e -> assertThat(e.error()).isEqualTo(ZoneError.DELAY));
  }

  @Test
  void nodeThatMayNotServe_isRefused() throws Exception {
    mesh.node(1, 1).host(true, one, TestMesh.access(TestMesh.ids(1), Set.of()));
    RemotePatience patience =
        new RemotePatience(
            Duration.ofMillis(700),
            Duration.ofMillis(50),
            Duration.ofMillis(50),
            Duration.ofHours(1),
            Duration.ofHours(1));
    RemoteZone remote = mesh.node(3, 1).service.remoteZone(TestMesh.ZONE, patience);
    assertThatThrownBy(() -> remote.statfs(CALLER)).isInstanceOf(ZoneException.class);
    assertThat(one.calls).isEmpty();
  }

  @Test
  void changes_areToldToListeners() throws Exception {
    mesh.node(1, 1).host(true, one, access);
    RemoteZone remote = mesh.node(3, 1).service.remoteZone(TestMesh.ZONE, TestMesh.PATIENCE);
    List<FileId> heard = new CopyOnWriteArrayList<>();
    try (AutoCloseable listening = remote.listen(heard::add)) {
      assertThat(listening).isNotNull();
      remote.statfs(CALLER);
      one.listeners.forEach(listener -> listener.changed(new FileId(5, 5)));
      await().until(() -> heard.contains(new FileId(5, 5)));
    }
  }

  @Test
  void largeReadsAndWrites_goWhole() throws IOException, ZoneException {
    mesh.node(1, 1).host(true, one, access);
    RemoteZone remote = mesh.node(3, 1).service.remoteZone(TestMesh.ZONE, TestMesh.PATIENCE);
    ByteBuffer data = ByteBuffer.allocate(3 << 20);
    remote.write(CALLER, EchoFiles.FILE, 0, data, Stability.UNSTABLE);
    assertThat(one.calls).last().asString().startsWith("write[").hasSizeGreaterThan(3 << 20);
  }
}
