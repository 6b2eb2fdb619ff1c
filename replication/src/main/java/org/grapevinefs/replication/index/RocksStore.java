// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.grapevinefs.replication.core.Batch;
import org.grapevinefs.replication.core.ReplicaStore;
import org.grapevinefs.replication.core.Table;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A {@link ReplicaStore} in RocksDB: one database per replica, one column family per table.
 *
 * <p>Commits go to the write-ahead log without a sync unless asked; after a kill all of them are
 * there, after a power loss all up to some moment (point-in-time recovery), at the least all before
 * the last sync. Thread-safe; cursors and snapshots must be closed before the store.
 */
public final class RocksStore implements ReplicaStore {

  private static final long CACHE_BYTES = 32L << 20;
  private static final long MEMTABLE_BYTES = 16L << 20;
  private static final long MOST_LOG_BYTES = 128L << 20;

  static {
    RocksDB.loadLibrary();
  }

  private final RocksDB db;
  private final DBOptions dbOptions;
  private final ColumnFamilyOptions familyOptions;
  private final LRUCache cache;
  private final BloomFilter bloom;
  private final WriteOptions relaxed = new WriteOptions();
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final ReadOptions current = new ReadOptions();
  private final Map<Table, ColumnFamilyHandle> families = new EnumMap<>(Table.class);
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private boolean closed;

  private RocksStore(Path directory) throws RocksDBException {
    cache = new LRUCache(CACHE_BYTES);
    bloom = new BloomFilter(10, false);
    familyOptions =
        new ColumnFamilyOptions()
            .setWriteBufferSize(MEMTABLE_BYTES)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setTableFormatConfig(
                new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(bloom));
    dbOptions =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxTotalWalSize(MOST_LOG_BYTES)
            .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
            // One manual flush of all families at once keeps them at one moment.
            .setAtomicFlush(true)
            .setKeepLogFileNum(3)
            .setMaxOpenFiles(256)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions));
    for (Table table : Table.values()) {
      byte[] name =
          table
              .name()
              .toLowerCase(Locale.ROOT)
              .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      descriptors.add(new ColumnFamilyDescriptor(name, familyOptions));
    }
    db = RocksDB.open(dbOptions, directory.toString(), descriptors, handles);
    int at = 1;
    for (Table table : Table.values()) {
      families.put(table, handles.get(at++));
    }
  }

  /**
   * Opens the database in a directory, which is made if need be.
   *
   * @throws IOException if it cannot be opened, or another process has it open
   */
  public static RocksStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    try {
      return new RocksStore(directory);
    } catch (RocksDBException e) {
      throw new IOException("cannot open the index in " + directory, e);
    }
  }

  private ColumnFamilyHandle family(Table table) {
    return Objects.requireNonNull(families.get(table));
  }

  private static RuntimeException broken(RocksDBException e) {
    return new java.io.UncheckedIOException(new IOException("the index failed", e));
  }

  @Override
  public Reader reader() {
    return new View(current, null);
  }

  @Override
  public ReplicaStore.Snapshot snapshot() {
    org.rocksdb.Snapshot snapshot = db.getSnapshot();
    return new View(new ReadOptions().setSnapshot(snapshot), snapshot);
  }

  @Override
  public void commit(Batch batch, boolean sync) {
    try (WriteBatch write = new WriteBatch()) {
      for (Batch.Change change : batch.changes()) {
        byte[] value = change.value();
        if (value == null) {
          write.delete(family(change.table()), change.key());
        } else {
          write.put(family(change.table()), change.key(), value);
        }
      }
      db.write(sync ? synced : relaxed, write);
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  @Override
  public void sync() {
    try {
      db.syncWal();
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    handles.forEach(ColumnFamilyHandle::close);
    try {
      db.closeE();
    } catch (RocksDBException e) {
      throw broken(e);
    } finally {
      current.close();
      relaxed.close();
      synced.close();
      dbOptions.close();
      familyOptions.close();
      cache.close();
      bloom.close();
    }
  }

  private final class View implements ReplicaStore.Snapshot {
    private final ReadOptions options;
    private final org.rocksdb.@Nullable Snapshot held;

    View(ReadOptions options, org.rocksdb.@Nullable Snapshot held) {
      this.options = options;
      this.held = held;
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      try {
        return db.get(family(table), options, key);
      } catch (RocksDBException e) {
        throw broken(e);
      }
    }

    @Override
    public Cursor scan(Table table, byte[] prefix, byte[] from) {
      RocksIterator iterator = db.newIterator(family(table), options);
      iterator.seek(from);
      return new Walk(iterator, prefix);
    }

    @Override
    public void close() {
      if (held != null) {
        options.close();
        db.releaseSnapshot(held);
      }
    }
  }

  private static final class Walk implements Cursor {
    private final RocksIterator iterator;
    private final byte[] prefix;
    private boolean started;
    private byte[] key = new byte[0];

    Walk(RocksIterator iterator, byte[] prefix) {
      this.iterator = iterator;
      this.prefix = prefix;
    }

    @Override
    public boolean next() {
      if (started) {
        iterator.next();
      }
      started = true;
      if (!iterator.isValid()) {
        try {
          iterator.status();
        } catch (RocksDBException e) {
          throw broken(e);
        }
        return false;
      }
      key = iterator.key();
      return key.length >= prefix.length
          && java.util.Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public byte[] key() {
      return key;
    }

    @Override
    public byte[] value() {
      return iterator.value();
    }

    @Override
    public void close() {
      iterator.close();
    }
  }
}
