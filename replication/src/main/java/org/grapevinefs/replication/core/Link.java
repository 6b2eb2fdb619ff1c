// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/**
 * A name in a directory, as a place in the tree.
 *
 * @param parent the directory
 * @param name the name in it
 */
public record Link(FileId parent, EntryName name) implements Comparable<Link> {

  @Override
  public int compareTo(Link other) {
    int byParent = parent.compareTo(other.parent);
    return byParent != 0 ? byParent : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return parent + "/" + name;
  }
}
