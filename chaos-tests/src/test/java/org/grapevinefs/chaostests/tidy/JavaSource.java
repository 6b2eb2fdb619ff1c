// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * One Java file of the project.
 *
 * @param path from the project's root
 * @param text as on disk
 */
record JavaSource(Path path, String text) {

  private static final Set<String> NOT_OURS = Set.of("target", ".git", ".idea", "demo-data");

  List<String> lines() {
    return text.lines().toList();
  }

  boolean isTest() {
    return path.toString().contains("src/test/");
  }

  /** The folder that holds the whole project: the nearest one above with a licence and modules. */
  static Path projectRoot() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve("chaos-tests"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("not started inside the project");
    }
    return folder;
  }

  /** Every Java file that is not made by the build, in the order of their paths. */
  static List<JavaSource> all() {
    Path root = projectRoot();
    List<JavaSource> sources = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              boolean ours = !NOT_OURS.contains(folder.getFileName().toString());
              return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (file.toString().endsWith(".java")) {
                sources.add(new JavaSource(root.relativize(file), Files.readString(file)));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sources.sort(Comparator.comparing(JavaSource::path));
    return sources;
  }
}
