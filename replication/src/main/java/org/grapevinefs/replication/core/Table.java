// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

/** The tables of a replica's store; keys are ordered by unsigned bytes. */
public enum Table {
  /** FileId → registers. */
  INODE,
  /** Link target (parent, name, id) → nothing: which inodes want a name. */
  CLAIM,
  /** (directory, cookie) → entry on disk. */
  CHILD,
  /** Shown id → its entries on disk. */
  PLACED,
  /** Dot → FileId, for dots that some register still carries. */
  LOG,
  /** FileId → contents known but not held. */
  PENDING,
  /** Shown id → the regular content whose bytes are on disk. */
  HELD,
  /** FileId → ranges written but not versioned. */
  DIRTY,
  /** FileIds whose entries on disk must be looked at again. */
  UNSETTLED,
  /** Number → disk operation under way. */
  INTENT,
  /** Member → knowledge it last told. */
  PEER,
  /** Knowledge, horizon, origin, names, clock, counters. */
  META,
  /** FileId → change attribute and number of subdirectories: of this node only. */
  LOCAL,
  /** Deleted inodes that are not yet purged. */
  TOMBSTONE,
  /** Inodes that show under a computed name or have siblings. */
  CONFLICT,
  /** (inode, shown id) → nothing: siblings that are on disk. */
  SIBLING,
  /** Directories that make the plain rules insufficient: merged, undone, missing. */
  ODD,
  /** Dot → a superseded content, kept for merging: what it is, and its bytes. */
  ANCESTOR,
  /** Records of a pull that is not yet whole. */
  STAGED,
  /** Shown id → what all members that were compared held of it: of this node only. */
  WITNESS
}
