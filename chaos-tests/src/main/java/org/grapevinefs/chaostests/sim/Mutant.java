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
  WRONG_BYTES_TAKEN,
  /** A record is left out of an answer that says that it is whole. */
  RECORD_LEFT_OUT,
  /** Deletions are not told. */
  TOMBSTONES_NOT_TOLD,
  /** Attributes stay where they were set. */
  ATTRIBUTES_NOT_TOLD,
  /** A deletion also takes what it had not seen. */
  DELETION_TAKES_ALL,
  /** Nobody hears which node an origin stands for. */
  NAMES_NOT_TOLD,
  /** Only own changes are in the log of changes, so none is passed on. */
  ONLY_OWN_CHANGES_LOGGED,
  /** What is to be fetched is not noted. */
  PENDING_NOT_NOTED,
  /** What is to be brought in order on disk after a pull is not noted. */
  UNSETTLED_NOT_NOTED,
  /** Who wanted a name once seems to want it for ever. */
  CLAIMS_LEFT_BEHIND,
  /** Where a moved directory came from stays here, so a cycle is broken in two ways. */
  WAYS_BACK_NOT_TOLD,
  /** Only the first of a file's names is told. */
  SECOND_NAMES_NOT_TOLD,
  /** That a directory's move is undone, or shows as another's, is forgotten with a stop. */
  ODD_ONES_FORGOTTEN,
  /** A batch goes to disk in two halves, and a crash may come between. */
  BATCH_TORN,
  /** That a large pull is being merged piece by piece is forgotten with a stop. */
  INSTALLATION_FORGOTTEN,
  /** How far the merging of a large pull is, is forgotten with a stop. */
  PIECES_NOT_COUNTED,
  /** Of a large pull, knowledge goes to disk with the first piece, not with the last. */
  KNOWLEDGE_WITH_FIRST_PIECE,
  /** A crash takes the bytes, and the index says that they are there. */
  CONTENT_NOT_SYNCED,
  /** A content that was half written at a crash counts as whole. */
  HALF_CONTENT_KEPT,
  /** Holes show what was there before. */
  HOLES_NOT_PUNCHED,
  /** A name shows before its content is there. */
  SHOWN_WITHOUT_CONTENT
}
