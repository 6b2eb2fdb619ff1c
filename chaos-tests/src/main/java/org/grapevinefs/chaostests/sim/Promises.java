// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.grapevinefs.replication.core.Knowledge;

/** What was promised so far, and so must be there after any crash. */
final class Promises {

  /** Contents that must be there: each file's value, or one written after it. */
  final Map<Integer, Set<Integer>> contents = new HashMap<>();

  /** Names that must be there, with their files; those that a later operation is about are out. */
  final Map<String, Integer> names = new TreeMap<>();

  /** Names that must not be there. */
  final Set<String> noNames = new TreeSet<>();

  /** Files that somebody removed, or began to. */
  final Set<Integer> removed = new HashSet<>();

  /**
   * Files of which a name was changed since the last sync. After a loss of power another file may
   * be under the name that the index has for one of them, and pass for it; its own bytes are then
   * under a name that the index does not have.
   */
  final Set<Integer> renamed = new HashSet<>();

  /** What peers heard. */
  Knowledge told = Knowledge.NONE;

  private final Set<String> everTouched = new TreeSet<>();

  void committed(int file, int value) {
    if (!removed.contains(file)) {
      contents.put(file, new HashSet<>(Set.of(value)));
    }
  }

  void write(int file, int value) {
    Set<Integer> allowed = contents.get(file);
    if (allowed != null) {
      allowed.add(value);
    }
  }

  void removed(int file) {
    removed.add(file);
    contents.remove(file);
  }

  void touch(String name) {
    everTouched.add(name);
    names.remove(name);
    noNames.remove(name);
  }

  void renamed(int file) {
    renamed.add(file);
  }

  void synced(Map<String, Integer> all) {
    renamed.clear();
    names.clear();
    names.putAll(all);
    noNames.clear();
    noNames.addAll(everTouched);
    noNames.removeAll(all.keySet());
  }

  void told(Knowledge known) {
    told = told.join(known);
  }
}
