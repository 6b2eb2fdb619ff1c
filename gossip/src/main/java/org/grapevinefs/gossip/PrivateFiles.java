// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Small files that only their owner may read, written whole or not at all. */
final class PrivateFiles {
  private static final int MAX_BYTES = 4096;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private PrivateFiles() {}

  /** Writes a file that must not be there yet; after a crash it is there whole, or not at all. */
  static void createAtomically(Path file, String text) throws IOException {
    Path fresh = writeBeside(file, text);
    try {
      // A hard link, unlike a rename, never replaces a key that another process made in the
      // meantime.
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // The other process was first, and its key is as good as ours.
    } catch (UnsupportedOperationException e) {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
    syncFolder(file);
  }

  /** Writes or replaces a file; after a crash the old or the new text is there, whole. */
  static void replaceAtomically(Path file, String text) throws IOException {
    Path fresh = writeBeside(file, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder(file);
  }

  static String read(Path file) throws NodeKeyException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new NodeKeyException(
            file, "is larger than " + MAX_BYTES + " bytes, so it is no node key");
      }
      if (hasPosixPermissions(file)) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(Files.getPosixFilePermissions(file));
        permissions.removeAll(OWNER_ONLY);
        permissions.remove(PosixFilePermission.OWNER_EXECUTE);
        if (!permissions.isEmpty()) {
          throw new NodeKeyException(file, "others may read or change it; run: chmod 600 " + file);
        }
      }
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (NodeKeyException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new NodeKeyException(file, "is not there", e);
    } catch (IOException e) {
      throw new NodeKeyException(file, "cannot be read (" + e + ")", e);
    }
  }

  private static Path writeBeside(Path file, String text) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    FileAttribute<?>[] attributes = {};
    if (folder != null && hasPosixPermissions(folder)) {
      attributes = new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)};
    }
    Path fresh = Files.createTempFile(folder, "." + file.getFileName(), ".new", attributes);
    try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    return fresh;
  }

  private static boolean hasPosixPermissions(Path file) throws IOException {
    FileStore store = Files.getFileStore(file);
    return store.supportsFileAttributeView(PosixFileAttributeView.class);
  }

  private static void syncFolder(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
