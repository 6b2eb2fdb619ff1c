// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.grapevinefs.gossip.NodeKey;
import org.grapevinefs.zonesconfig.NodeName;

/**
 * What a node keeps about itself: {@code node.key}, {@code node.name}, and what NFS clients may
 * reclaim. Held by one process at a time, and by one node for ever.
 */
final class DataFolder implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final String OWNER = "node.name";

  private final Path path;
  private final NodeKey key;
  private final FileChannel channel;
  private final FileLock lock;

  private DataFolder(Path path, NodeKey key, FileChannel channel, FileLock lock) {
    this.path = path;
    this.key = key;
    this.channel = channel;
    this.lock = lock;
  }

  /** Opens the folder for a node, made if it is not there. */
  @SuppressWarnings("MustBeClosedChecker") // the folder keeps the channel, and close() ends it
  static DataFolder open(Path path, NodeName name) throws StartFailure {
    FileChannel channel = null;
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      }
      channel =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = lock(channel, path);
      checkOwner(path, name);
      return new DataFolder(path, NodeKey.loadOrCreate(path, new SecureRandom()), channel, lock);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new StartFailure("the data folder " + path + " cannot be used: " + Plainly.of(e));
    } catch (StartFailure e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static FileLock lock(FileChannel channel, Path path) throws IOException, StartFailure {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new StartFailure(
          "another node is running with the data folder "
              + path
              + ": stop it, or choose another folder with --data");
    }
    return lock;
  }

  private static void checkOwner(Path path, NodeName name) throws IOException, StartFailure {
    Path file = path.resolve(OWNER);
    if (!Files.exists(file)) {
      Files.writeString(file, name + "\n");
      return;
    }
    String owner = Files.readString(file).strip();
    if (!owner.equals(name.value())) {
      throw new StartFailure(
          "the data folder "
              + path
              + " belongs to node \""
              + owner
              + "\", and node.toml names this node \""
              + name
              + "\": give it its own --data, or set the name back");
    }
  }

  private static void closeQuietly(java.io.@org.jspecify.annotations.Nullable Closeable open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // The reason for giving up is told already.
    }
  }

  Path path() {
    return path;
  }

  NodeKey key() {
    return key;
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
