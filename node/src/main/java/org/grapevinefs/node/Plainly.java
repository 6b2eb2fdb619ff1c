// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What went wrong on a disk, in words for people. */
public final class Plainly {
  private Plainly() {}

  /** A line without class names where the JDK has only those. */
  public static String of(IOException problem) {
    return switch (problem) {
      case AccessDeniedException e -> "permission denied: " + e.getFile();
      case NoSuchFileException e -> e.getFile() + " is not there";
      case NotDirectoryException e -> e.getFile() + " is no folder";
      case FileAlreadyExistsException e -> e.getFile() + " is there already, and no folder";
      case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
      case FileSystemException e -> e.getClass().getSimpleName() + ": " + e.getFile();
      default -> String.valueOf(problem.getMessage());
    };
  }
}
