// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import org.grapevinefs.replication.proto.InstallationRecord;
import org.grapevinefs.replication.proto.InstalledRecord;
import org.jspecify.annotations.Nullable;

/**
 * A large pull of which all records are here, and which is being merged piece by piece.
 *
 * @param header what was announced
 * @param repair whether absence is no news in it
 * @param staging under which number its records are staged
 * @param digest the state digest before: that of what is known until all is merged
 * @param next the number of the first record that is not merged
 * @param after up to which id, in a full answer, all is merged; null at the start
 */
record Installation(
    PullHeader header,
    boolean repair,
    long staging,
    long digest,
    long next,
    @Nullable FileId after) {

  static Installation begun(PullHeader header, boolean repair, long staging, long digest) {
    return new Installation(header, repair, staging, digest, 0, null);
  }

  Installation at(long number, @Nullable FileId id) {
    return new Installation(header, repair, staging, digest, number, id);
  }

  static byte[] key(long staging, long number) {
    return Keys.log(new Origin(staging), number);
  }

  /** What stays the same of it. */
  byte[] whole() {
    return Codec.stored(
        InstallationRecord.newBuilder()
            .setHeader(Codec.header(header))
            .setRepair(repair)
            .setStaging(staging)
            .setStateDigest(digest)
            .build());
  }

  /** How far it is. */
  byte[] progress() {
    InstalledRecord.Builder builder = InstalledRecord.newBuilder().setNext(next);
    FileId id = after;
    if (id != null) {
      builder.setAfter(Codec.id(id));
    }
    return Codec.stored(builder.build());
  }

  static Installation of(byte[] whole, byte @Nullable [] progress) {
    InstallationRecord record = Codec.parsed(InstallationRecord.parser(), whole);
    Installation begun =
        begun(
            Codec.header(record.getHeader()),
            record.getRepair(),
            record.getStaging(),
            record.getStateDigest());
    if (progress == null) {
      return begun;
    }
    InstalledRecord at = Codec.parsed(InstalledRecord.parser(), progress);
    return begun.at(at.getNext(), at.hasAfter() ? Codec.id(at.getAfter()) : null);
  }
}
