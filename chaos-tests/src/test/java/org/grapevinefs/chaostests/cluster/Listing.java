// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A tree of files in words: each path with its type, permissions, and the bytes' hash or the link's
 * target.
 */
record Listing(SortedMap<String, String> entries) {

  static Listing of(Path folder) throws IOException {
    SortedMap<String, String> entries = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.skip(1).toList()) {
        entries.put(folder.relativize(path).toString(), words(path));
      }
    }
    return new Listing(entries);
  }

  private static String words(Path path) throws IOException {
    PosixFileAttributes stat =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (stat.isSymbolicLink()) {
      return "-> " + Files.readSymbolicLink(path);
    }
    String mode = PosixFilePermissions.toString(stat.permissions());
    return stat.isDirectory() ? mode + "/" : mode + " " + hash(Files.readAllBytes(path));
  }

  static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
