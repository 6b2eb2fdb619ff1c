// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.chaostests.sim;

/**
 * Bugs built in on purpose, around the core and never in it: the traps of a pull. Each must be
 * found by the properties, or these prove nothing.
 */
public enum Mutant {
  /** None: the real thing. */
  NONE,
  /** Knowledge goes up with each record, not with the last. */
  KNOWLEDGE_PER_RECORD,
  /** A session that broke off counts as whole. */
  SESSION_ENDED_SHORT,
  /** The knowledge told is younger than the records. */
  KNOWLEDGE_AFTER_SNAPSHOT,
  /** Records of one answer count towards the next. */
  RESPONSES_MIXED,
  /** After a crash the index goes on under its old origin. */
  ORIGIN_REUSED_AFTER_CRASH,
  /** An old copy of the index goes on under its old origin. */
  ORIGIN_REUSED_AFTER_RESTORE,
  /** The copy of another node's disk goes on under that node's origin. */
  ORIGIN_REUSED_BY_CLONE,
  /** Changes are told before they are on disk. */
  TOLD_BEFORE_ON_DISK,
  /** One who missed a purge is answered with what is new to him only. */
  DELTA_AFTER_PURGE,
  /** The horizon of others is not taken over. */
  HORIZON_NOT_JOINED,
  /** The horizon of others is taken over with full answers only. */
  HORIZON_JOINED_ON_FULL_ONLY,
  /** Of two contents written apart, only the later is kept. */
  LAST_WRITER_WINS,
  /** A full answer is taken for one that only adds. */
  FULL_TAKEN_AS_DELTA,
  /** A content of another version is put under the name. */
  WRONG_BYTES_TAKEN
}
