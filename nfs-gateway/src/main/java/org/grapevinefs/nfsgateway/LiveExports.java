// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.util.List;

/** Exports that are replaced as a whole when the configuration or the mesh changes. Thread-safe. */
public final class LiveExports implements Exports {

  private volatile List<Export> exports = List.of();

  /** Nothing served yet. */
  public LiveExports() {}

  /**
   * Serves these from now on, and nothing else.
   *
   * @throws IllegalArgumentException if two have one name or one zone
   */
  public void replace(List<Export> list) {
    long names = list.stream().map(Export::name).distinct().count();
    long zones = list.stream().map(Export::zone).distinct().count();
    if (names != list.size() || zones != list.size()) {
      throw new IllegalArgumentException("two exports with one name or one zone");
    }
    exports = List.copyOf(list);
  }

  @Override
  public List<Export> list() {
    return exports;
  }
}
