// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A {@link ReplicaStore} in RocksDB: one database a replica, one column family a table.
 *
 * <p>A commit reaches the operating system before it returns, so that a killed process loses none;
 * {@link #sync} brings the write-ahead log to the disk. After a power loss the log is replayed up
 * to the first record that is not whole, so that what is lost is always the end. Thread-safe.
 */
public final class RocksStore implements ReplicaStore {

  /** Memory for cached blocks of one replica, in bytes. */
  private static final long BLOCK_CACHE_BYTES = 16L << 20;

  /** Memory for writes not yet in files, of one replica, in bytes. */
  private static final long WRITE_BUFFER_BYTES = 32L << 20;

  private static final long MAX_LOG_BYTES = 64L << 20;

  /** The tables from which rows are soon taken again, and how many rows of each are in memory. */
  private static final List<Table> QUEUES =
      List.of(Table.UNSETTLED, Table.PENDING, Table.DIRTY, Table.INTENT);

  private static final int WINDOW_ROWS = 16_384;

  /** RocksDB looks every five seconds whether a full disk has room again. */
  private static final long MOST_WAIT_FOR_ROOM = TimeUnit.SECONDS.toNanos(20);

  private static final long BETWEEN_TRIES = TimeUnit.MILLISECONDS.toNanos(50);

  static {
    RocksDB.loadLibrary();
  }

  private final List<AutoCloseable> resources = new ArrayList<>();
  private final Map<Table, ColumnFamilyHandle> families = new EnumMap<>(Table.class);
  private final Map<Table, Window> windows = new EnumMap<>(Table.class);
  private final RocksDB database;
  private final WriteOptions unsynced = own(new WriteOptions());
  private final WriteOptions synced = own(new WriteOptions().setSync(true));
  private final ReadOptions scanning = own(new ReadOptions());
  private final AtomicLong commits = new AtomicLong();
  private final Gate gate = new Gate();
  private final BooleanSupplier onFull;
  private final LongSupplier nanoTime;

  /** Until when there may be room again. */
  private volatile long roomBy;

  /** What is open of the database and must be closed before it: cursors and snapshots. */
  private final Set<Runnable> open = ConcurrentHashMap.newKeySet();

  /** How many commits are known to be on disk; none of those before the start. */
  private volatile long onDisk = -1;

  private RocksStore(Path folder, BooleanSupplier onFull, LongSupplier nanoTime)
      throws RocksDBException {
    this.onFull = onFull;
    this.nanoTime = nanoTime;
    this.roomBy = nanoTime.getAsLong();
    Cache cache = own(new LRUCache(BLOCK_CACHE_BYTES));
    ColumnFamilyOptions options = own(columnFamilyOptions(cache, own(new BloomFilter(10))));
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options));
    for (Table table : Table.values()) {
      byte[] name = table.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
      descriptors.add(new ColumnFamilyDescriptor(name, options));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    database = RocksDB.open(own(databaseOptions()), folder.toString(), descriptors, handles);
    handles.forEach(this::own);
    int next = 1;
    for (Table table : Table.values()) {
      families.put(table, handles.get(next++));
    }
    for (Table table : QUEUES) {
      Window window = new Window(WINDOW_ROWS);
      window.refill(from -> walk(table, from));
      windows.put(table, window);
    }
  }

  private Cursor walk(Table table, byte[] from) {
    return cursor(table, scanning, new byte[0], from);
  }

  private Cursor cursor(Table table, ReadOptions options, byte[] prefix, byte[] from) {
    gate.enter();
    try {
      return new RocksCursor(database.newIterator(family(table), options), prefix, from);
    } finally {
      gate.leave();
    }
  }

  /**
   * The store in a folder, made if there is none.
   *
   * @throws IOException if the folder can't be made, is in use by another process, or holds what is
   *     not whole
   */
  public static RocksStore open(Path folder) throws IOException {
    return open(folder, () -> false, () -> 0);
  }

  /**
   * The same, of a store that can be given room when its disk is full.
   *
   * @param onFull gives it room on its disk; false if there is none to be given. What failed waits
   *     for that room and goes on
   * @param nanoTime a clock that never steps
   */
  public static RocksStore open(Path folder, BooleanSupplier onFull, LongSupplier nanoTime)
      throws IOException {
    Files.createDirectories(folder);
    try {
      return opened(folder, onFull, nanoTime);
    } catch (RocksDBException e) {
      throw new IOException("the index in " + folder + " can't be opened: " + e.getMessage(), e);
    }
  }

  private static RocksStore opened(Path folder, BooleanSupplier onFull, LongSupplier nanoTime)
      throws RocksDBException {
    try {
      return new RocksStore(folder, onFull, nanoTime);
    } catch (RocksDBException e) {
      if (IndexFailure.isFull(e) && onFull.getAsBoolean()) {
        return new RocksStore(folder, onFull, nanoTime);
      }
      throw e;
    }
  }

  private static DBOptions databaseOptions() {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setMaxBackgroundJobs(2)
        .setMaxOpenFiles(256)
        .setDbWriteBufferSize(WRITE_BUFFER_BYTES)
        .setMaxTotalWalSize(MAX_LOG_BYTES)
        .setKeepLogFileNum(2)
        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery);
  }

  private static ColumnFamilyOptions columnFamilyOptions(Cache cache, BloomFilter filter) {
    BlockBasedTableConfig blocks =
        new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(filter);
    return new ColumnFamilyOptions()
        .setTableFormatConfig(blocks)
        .setWriteBufferSize(8L << 20)
        .setCompressionType(CompressionType.LZ4_COMPRESSION);
  }

  private <T extends AutoCloseable> T own(T resource) {
    resources.add(resource);
    return resource;
  }

  private ColumnFamilyHandle family(Table table) {
    return Objects.requireNonNull(families.get(table));
  }

  @Override
  public Reader reader() {
    return new CurrentReader();
  }

  @Override
  public Snapshot snapshot() {
    gate.enter();
    try {
      return new RocksSnapshot(database.getSnapshot());
    } finally {
      gate.leave();
    }
  }

  @Override
  public void commit(Batch batch, boolean sync) {
    write(batch, sync);
    commits.incrementAndGet();
    follow(batch);
  }

  @Override
  public void note(Batch batch) {
    write(batch, false);
    follow(batch);
  }

  private void follow(Batch batch) {
    for (Batch.Change change : batch.changes()) {
      Window window = windows.get(change.table());
      if (window != null) {
        window.apply(change.key(), change.value());
      }
    }
    windows.forEach((table, window) -> window.refill(from -> walk(table, from)));
  }

  private void write(Batch batch, boolean sync) {
    gate.enter();
    try (WriteBatch writes = new WriteBatch()) {
      for (Batch.Change change : batch.changes()) {
        byte[] value = change.value();
        if (value == null) {
          writes.delete(family(change.table()), change.key());
        } else {
          writes.put(family(change.table()), change.key(), value);
        }
      }
      WriteOptions how = sync ? synced : unsynced;
      withRoom(() -> database.write(how, writes));
    } catch (RocksDBException e) {
      throw new IndexFailure("the index can't be written", e);
    } finally {
      gate.leave();
    }
  }

  /** What is done with the database. */
  @FunctionalInterface
  private interface Use {
    void run() throws RocksDBException;
  }

  /**
   * Tries again what failed because the disk is full, once there is room: who changed the disk and
   * comes to note that must not be left with the one and not the other.
   */
  private void withRoom(Use use) throws RocksDBException {
    long begun = nanoTime.getAsLong();
    while (true) {
      try {
        use.run();
        return;
      } catch (RocksDBException e) {
        boolean inTime = nanoTime.getAsLong() - begun < MOST_WAIT_FOR_ROOM;
        if (!IndexFailure.isFull(e) || !inTime || !mayHaveRoom()) {
          throw e;
        }
      }
      LockSupport.parkNanos(BETWEEN_TRIES);
    }
  }

  private boolean mayHaveRoom() {
    if (onFull.getAsBoolean()) {
      roomBy = nanoTime.getAsLong() + MOST_WAIT_FOR_ROOM;
    }
    return roomBy - nanoTime.getAsLong() > 0;
  }

  @Override
  public void sync() {
    // A version is brought to disk before it is told, and again before each who asks is answered.
    long upTo = commits.get();
    if (upTo == onDisk) {
      return;
    }
    gate.enter();
    try {
      withRoom(() -> database.flushWal(true));
      onDisk = upTo;
    } catch (RocksDBException e) {
      throw new IndexFailure("the index can't be brought to disk", e);
    } finally {
      gate.leave();
    }
  }

  @Override
  public boolean isSynced() {
    return commits.get() == onDisk;
  }

  /** Closes it; whoever reads on, from whatever thread, is told so. */
  @Override
  public void close() {
    if (!gate.shut()) {
      return;
    }
    open.forEach(Runnable::run);
    open.clear();
    for (int i = resources.size() - 1; i >= 0; i--) {
      if (resources.get(i) instanceof ColumnFamilyHandle handle) {
        handle.close();
      }
    }
    database.close();
    for (AutoCloseable resource : resources.reversed()) {
      if (!(resource instanceof ColumnFamilyHandle)) {
        closeQuietly(resource);
      }
    }
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      throw new IndexFailure("the index can't be closed", e);
    }
  }

  /** Reads through one set of options: of the current state, or of a snapshot. */
  private class RocksReader implements Reader {

    private final ReadOptions options;

    RocksReader(ReadOptions options) {
      this.options = options;
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      gate.enter();
      try {
        return database.get(family(table), options, key);
      } catch (RocksDBException e) {
        throw new IndexFailure("the index can't be read", e);
      } finally {
        gate.leave();
      }
    }

    @Override
    public Cursor scan(Table table, byte[] prefix, byte[] from) {
      return cursor(table, options, prefix, from);
    }
  }

  /** Reads of the current state; queues from their windows. */
  private final class CurrentReader extends RocksReader {

    private final Reader whole = new RocksReader(scanning);

    CurrentReader() {
      super(scanning);
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      Window window = windows.get(table);
      return window == null ? super.get(table, key) : window.get(key, whole, table);
    }

    @Override
    public Cursor scan(Table table, byte[] prefix, byte[] from) {
      Window window = windows.get(table);
      return window == null
          ? super.scan(table, prefix, from)
          : window.scan(prefix, from, start -> super.scan(table, prefix, start));
    }
  }

  private final class RocksSnapshot extends RocksReader implements Snapshot {

    private final org.rocksdb.Snapshot held;
    private final ReadOptions reading;
    private final Runnable release = this::release;

    RocksSnapshot(org.rocksdb.Snapshot held) {
      this(held, new ReadOptions().setSnapshot(held));
    }

    private RocksSnapshot(org.rocksdb.Snapshot held, ReadOptions reading) {
      super(reading);
      this.held = held;
      this.reading = reading;
      open.add(release);
    }

    private void release() {
      reading.close();
      database.releaseSnapshot(held);
    }

    @Override
    public void close() {
      closeOne(release);
    }
  }

  /** Closes what is open of the database, unless that was done with the store. */
  private void closeOne(Runnable closing) {
    if (gate.tryEnter()) {
      try {
        if (open.remove(closing)) {
          closing.run();
        }
      } finally {
        gate.leave();
      }
    }
  }

  /** A walk over the keys that start with a prefix. */
  private final class RocksCursor implements Cursor {

    private final RocksIterator iterator;
    private final byte[] prefix;
    private final Runnable release;
    private boolean started;
    private byte @Nullable [] key;

    RocksCursor(RocksIterator iterator, byte[] prefix, byte[] from) {
      this.iterator = iterator;
      this.prefix = prefix;
      this.release = iterator::close;
      iterator.seek(from);
      open.add(release);
    }

    @Override
    public boolean next() {
      gate.enter();
      try {
        if (started && iterator.isValid()) {
          iterator.next();
        }
        started = true;
        key = null;
        if (!iterator.isValid()) {
          iterator.status();
          return false;
        }
        byte[] here = iterator.key();
        key = here;
        return startsWith(here, prefix);
      } catch (RocksDBException e) {
        throw new IndexFailure("the index can't be read", e);
      } finally {
        gate.leave();
      }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
      return key.length >= prefix.length
          && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public byte[] key() {
      return Objects.requireNonNull(key, "not at an entry").clone();
    }

    @Override
    public byte[] value() {
      gate.enter();
      try {
        return iterator.value();
      } finally {
        gate.leave();
      }
    }

    @Override
    public void close() {
      closeOne(release);
    }
  }
}
