// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.volume;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The {@code btrfs} command; its calls that change a file system are made one at a time. */
final class BtrfsTool {

  private static final long MAX_SECONDS = 120;
  private static final int MAX_OUTPUT = 1 << 20;

  private BtrfsTool() {}

  /** Whether the command is there at all. */
  static boolean present() {
    try {
      run("--version");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs a subcommand and returns what it printed. */
  static synchronized String run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("btrfs"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String words = String.join(" ", command);
    try {
      process.getOutputStream().close();
      String said = output(process).get(MAX_SECONDS, TimeUnit.SECONDS);
      if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(words + " does not end");
      }
      if (process.exitValue() != 0) {
        throw new IOException(words + ": " + said.strip());
      }
      return said;
    } catch (TimeoutException e) {
      throw new IOException(words + " does not end", e);
    } catch (ExecutionException e) {
      throw new IOException(words + " cannot be listened to", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + words + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * What a process prints, read by another thread: one that hangs in the kernel does not even end
   * when it is killed, and must not keep whoever waits for it.
   */
  private static CompletableFuture<String> output(Process process) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (InputStream out = process.getInputStream()) {
            return new String(out.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        reading -> Thread.ofPlatform().daemon().name("btrfs-output").start(reading));
  }

  /**
   * Runs a subcommand that only waits for something, beside all others; it is ended without a word
   * when the time is over.
   */
  static void await(int seconds, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("btrfs"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      var _ = process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while btrfs waited", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The value after a label in what the command printed, or empty text. */
  static String field(String output, String label) {
    return output
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith(label))
        .map(line -> line.substring(label.length()).strip())
        .findFirst()
        .orElse("");
  }
}
