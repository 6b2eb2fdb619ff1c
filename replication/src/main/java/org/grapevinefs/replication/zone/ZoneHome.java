// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.zone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.EntryName;
import org.grapevinefs.replication.core.Limits;
import org.grapevinefs.replication.core.Replica;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.grapevinefs.replication.core.Timestamp;
import org.grapevinefs.replication.index.RocksStore;
import org.grapevinefs.replication.volume.Directory;
import org.grapevinefs.replication.volume.Reserve;
import org.grapevinefs.replication.volume.Volume;
import org.grapevinefs.replication.volume.ZoneTree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a zone lives on this node, and how it is opened.
 *
 * <p>A token is written anew at every start, into the index and into a file outside the volume. If
 * they differ at the next start, the index is an old or a copied one, and the replica takes a new
 * origin.
 *
 * @param zone its name
 * @param node this node's name, for conflict names
 * @param volume where the files go
 * @param tokens a folder outside the volume
 * @param time the wall clock
 * @param nanoTime a clock that never steps
 * @param random for ids and tokens
 */
public record ZoneHome(
    String zone,
    String node,
    Volume volume,
    Path tokens,
    InstantSource time,
    LongSupplier nanoTime,
    RandomGenerator random) {

  private static final Logger LOG = LoggerFactory.getLogger(ZoneHome.class);
  private static final byte[] TOKEN = "zone-token".getBytes(StandardCharsets.UTF_8);
  private static final byte[] BOOT = "zone-boot".getBytes(StandardCharsets.UTF_8);

  /** Opens the zone, making it if it is not there, and recovers from whatever ended it last. */
  public LocalZone open(ZoneSettings settings) throws IOException {
    Long quota = settings.quota() == Long.MAX_VALUE ? null : settings.quota();
    ZoneTree tree = volume.open(zone, quota);
    ReplicaStore store = null;
    Reserve reserve = new Reserve(tree.indexPath());
    try {
      store = RocksStore.open(tree.indexPath().resolve("index"), reserve::give, nanoTime);
      return open(settings, tree, store, reserve);
    } catch (IOException | RuntimeException e) {
      if (store != null) {
        store.close();
      }
      reserve.close();
      tree.close();
      throw e;
    }
  }

  private LocalZone open(ZoneSettings settings, ZoneTree tree, ReplicaStore store, Reserve reserve)
      throws IOException {
    Path file = tokens.resolve(zone + ".token");
    String known = Files.exists(file) ? Files.readString(file) : "";
    boolean fresh = text(store, TOKEN).isEmpty();
    boolean trusted = !known.isEmpty() && known.equals(text(store, TOKEN));
    Replica replica = Replica.open(store, node, time, random, Limits.DEFAULT, trusted);
    rotate(store, file);
    String before = text(store, BOOT);
    String boot = boot();
    store.commit(new Batch().put(Table.META, BOOT, bytes(boot)), true);
    ZoneState state =
        new ZoneState(
            zone,
            tree,
            store,
            replica,
            settings,
            time,
            nanoTime,
            this::free,
            reserve,
            ZoneSnapshots.of(volume, zone));
    boolean closedInOrder = before.isEmpty() && trusted;
    Timestamp handsSince = closedInOrder ? null : Timestamp.of(time.instant());
    if (fresh && holdsFiles(tree)) {
      state.warn(
          "its index is new and its folder is not empty: what no other member tells of stays as it"
              + " is, until \"grapevine zone scan\" takes it in as new, and so also files that were"
              + " moved or removed elsewhere meanwhile; look through them before");
    }
    LocalZone opened = new LocalZone(state, random.nextLong(), handsSince);
    if (!before.isEmpty() && !before.equals(boot)) {
      LOG.info("zone {}: the machine went down while it was open: scanning", zone);
      LOG.info("zone {}: {}", zone, opened.scan(ZoneReplica.Authority.INDEX));
    }
    return opened;
  }

  private static boolean holdsFiles(ZoneTree tree) throws IOException {
    try (Directory.Listing listing = tree.root().listing()) {
      for (var some = listing.next(); some != null; some = listing.next()) {
        if (some.stream().anyMatch(e -> !EntryName.of(e.name()).equals(ZoneTree.WORKSHOP))) {
          return true;
        }
      }
      return false;
    }
  }

  private long free() {
    try {
      return volume.space().free();
    } catch (IOException e) {
      LOG.debug("zone {}: the volume does not tell its room", zone, e);
      return Long.MAX_VALUE / 2;
    }
  }

  private void rotate(ReplicaStore store, Path file) throws IOException {
    byte[] bits = new byte[16];
    random.nextBytes(bits);
    String fresh = HexFormat.of().formatHex(bits) + " on " + volume.identity(zone);
    store.commit(new Batch().put(Table.META, TOKEN, bytes(fresh)), true);
    Files.createDirectories(tokens);
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(next, fresh);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String boot() throws IOException {
    Path id = Path.of("/proc/sys/kernel/random/boot_id");
    return Files.exists(id) ? Files.readString(id).strip() : "unknown";
  }

  /** Notes that the zone was closed in order. */
  static void stopped(ReplicaStore store) {
    store.commit(new Batch().delete(Table.META, BOOT), true);
  }

  private static String text(ReplicaStore store, byte[] key) {
    byte[] value = store.reader().get(Table.META, key);
    return value == null ? "" : new String(value, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
