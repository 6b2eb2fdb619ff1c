// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk on which nothing is sure before it was synced. Of the writes since then power loss may
 * leave any, whatever came before or after; of the changes of names so many from the first on,
 * since the file systems in use keep a journal of those. A synced file has the name it was made
 * under, whatever became of earlier changes.
 *
 * <p>Files are known by a number, as inodes are; names are paths, of which {@code /d} is the one
 * directory.
 */
final class ModelDisk {

  /** Something done to the disk. */
  sealed interface Effect {

    /** A new file under a name. */
    record Make(String name, int file) implements Effect {}

    /** All the bytes of a file. */
    record Write(int file, int byteValue) implements Effect {}

    /** A name moved, over another if there is one. */
    record Move(String from, String to) implements Effect {}

    /** One more name of a file. */
    record Link(String from, String to) implements Effect {}

    /** A name taken away. */
    record Remove(String name) implements Effect {}
  }

  /**
   * What is there: names with the numbers of their files, and one byte for each file's content (0:
   * empty). {@link CrashEnumeration#DIRECTORY} is the number of the directory.
   */
  static final class Image {
    final Map<String, Integer> names = new TreeMap<>();
    final Map<Integer, Integer> files = new HashMap<>();

    Image copy() {
      Image copy = new Image();
      copy.names.putAll(names);
      copy.files.putAll(files);
      return copy;
    }

    /** The content under a name; null if the name is not there. */
    @Nullable Integer content(String name) {
      Integer file = names.get(name);
      return file == null ? null : files.getOrDefault(file, 0);
    }

    void apply(Effect effect) {
      switch (effect) {
        case Effect.Make make -> put(make.name(), make.file());
        case Effect.Write write -> files.put(write.file(), write.byteValue());
        case Effect.Link link -> {
          Integer file = names.get(link.from());
          if (file != null) {
            put(link.to(), file);
          }
        }
        case Effect.Move move -> {
          Integer file = names.get(move.from());
          if (file != null && put(move.to(), file)) {
            names.remove(move.from());
          }
        }
        case Effect.Remove remove -> names.remove(remove.name());
      }
    }

    private boolean put(String name, int file) {
      boolean reachable = name.lastIndexOf('/') == 0 || names.containsKey("/d");
      if (reachable) {
        names.put(name, file);
      }
      return reachable;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Image that && names.equals(that.names) && files.equals(that.files);
    }

    @Override
    public int hashCode() {
      return 31 * names.hashCode() + files.hashCode();
    }
  }

  private final Image durable;
  private final List<Effect> unsynced = new ArrayList<>();
  private final Image current;

  ModelDisk(Image image) {
    this.durable = image.copy();
    this.current = image.copy();
  }

  Image current() {
    return current;
  }

  void run(Effect effect) {
    unsynced.add(effect);
    current.apply(effect);
  }

  /** Brings a file's bytes to disk, and the name it was made under. */
  void sync(int file) {
    List<Effect> left = new ArrayList<>();
    for (Effect effect : unsynced) {
      boolean ofFile =
          switch (effect) {
            case Effect.Make make -> make.file() == file;
            case Effect.Write write -> write.file() == file;
            default -> false;
          };
      if (ofFile) {
        durable.apply(effect);
      } else {
        left.add(effect);
      }
    }
    unsynced.clear();
    unsynced.addAll(left);
  }

  /** Brings everything to disk. */
  void syncAll() {
    unsynced.forEach(durable::apply);
    unsynced.clear();
  }

  /** Every state that power loss may leave: so many names, and any of the writes. */
  Collection<Image> afterPowerLoss() {
    Set<Image> images = new LinkedHashSet<>();
    int names = (int) unsynced.stream().filter(effect -> !isWrite(effect)).count();
    for (int kept = 0; kept <= names; kept++) {
      for (int writes = 0; writes < 1 << (unsynced.size() - names); writes++) {
        images.add(image(kept, writes));
      }
    }
    return images;
  }

  private Image image(int keptNames, int keptWrites) {
    Image image = durable.copy();
    int names = 0;
    int writes = 0;
    for (Effect effect : unsynced) {
      boolean kept = isWrite(effect) ? ((keptWrites >> writes++) & 1) == 1 : names++ < keptNames;
      if (kept) {
        image.apply(effect);
      }
    }
    return image;
  }

  private static boolean isWrite(Effect effect) {
    return effect instanceof Effect.Write;
  }

  @Override
  public String toString() {
    return "on disk %s %s, not synced %s"
        .formatted(durable.names, durable.files, Arrays.toString(unsynced.toArray()));
  }
}
