// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.SpaceUsage;
import org.grapevinefs.replication.fs.ZoneException;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/**
 * How full zones are that members keep elsewhere: asked for without waiting long, since a status is
 * wanted most when a member hangs. Safe for any thread; one question a zone is under way at most.
 */
final class RemoteUsage {
  private final long patienceMillis;
  private final Map<ZoneFileSystem, CompletableFuture<SpaceUsage>> asked =
      new ConcurrentHashMap<>();

  RemoteUsage(long patienceMillis) {
    this.patienceMillis = patienceMillis;
  }

  /** The usage of a zone, or an exception that says in words why it is not known. */
  SpaceUsage of(ZoneFileSystem zone) throws UnknownException {
    CompletableFuture<SpaceUsage> answer = asked.computeIfAbsent(zone, RemoteUsage::ask);
    try {
      SpaceUsage usage = answer.get(patienceMillis, TimeUnit.MILLISECONDS);
      asked.remove(zone, answer);
      return usage;
    } catch (ExecutionException e) {
      asked.remove(zone, answer);
      throw new UnknownException("its members do not answer: " + words(e));
    } catch (TimeoutException e) {
      throw new UnknownException("its members do not answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownException("the node stops");
    }
  }

  private static String words(ExecutionException e) {
    return e.getCause() == null ? "" : String.valueOf(e.getCause().getMessage());
  }

  private static CompletableFuture<SpaceUsage> ask(ZoneFileSystem zone) {
    CompletableFuture<SpaceUsage> answer = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("remote-usage")
        .start(() -> {
          try {
            answer.complete(zone.statfs(Caller.SYSTEM));
          } catch (ZoneException | RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  /** Why a usage is not known, for people. */
  static final class UnknownException extends Exception {
    private static final long serialVersionUID = 1;

    UnknownException(String message) {
      super(message, null, false, false);
    }
  }
}
