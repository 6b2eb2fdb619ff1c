// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Client records in a text file: a line with the format's version, then a client a line. Every
 * change writes the file anew beside the old one, brings it to disk and renames it over; clients
 * come and go seldom.
 */
public final class FileClientRecords implements ClientRecords {

  private static final String VERSION = "grapevine-nfs-clients 1";

  private final Path file;
  private final TreeSet<String> clients = new TreeSet<>();

  /**
   * Reads the file if there is one.
   *
   * @throws IOException if it cannot be read or is of another version
   */
  public FileClientRecords(Path file) throws IOException {
    this.file = file;
    if (Files.exists(file)) {
      List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
      if (lines.isEmpty() || !lines.getFirst().equals(VERSION)) {
        throw new IOException(file + ": not a list of NFS clients that this version can read");
      }
      lines.stream().skip(1).limit(MAX_CLIENTS).forEach(clients::add);
    }
  }

  @Override
  public synchronized Set<String> load() {
    return Set.copyOf(clients);
  }

  @Override
  public synchronized void add(String client) {
    if (clients.size() < MAX_CLIENTS && clients.add(client)) {
      save();
    }
  }

  @Override
  public synchronized void remove(String client) {
    if (clients.remove(client)) {
      save();
    }
  }

  private void save() {
    String text = VERSION + "\n" + String.join("\n", clients) + (clients.isEmpty() ? "" : "\n");
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
