// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.core;

import com.google.protobuf.ByteString;
import org.grapevinefs.replication.proto.WitnessRecord;
import org.jspecify.annotations.Nullable;

/**
 * What all members that were compared held of contents too large for a hash of their own: by it, a
 * later comparison of the same content knows who has the right bytes. It is of this node only; no
 * version, no other member and no digest of the state depends on it.
 *
 * <p>There is at most one row for each large file that is held. It goes with the very change that
 * puts another content, or none, in the place of the one that was compared.
 */
public final class Witnesses {

  private final ReplicaStore store;

  /** Those in a replica's index. */
  public Witnesses(ReplicaStore store) {
    this.store = store;
  }

  /** The SHA-256 that a content had everywhere once; null if that is not known. */
  public @Nullable Bytes find(FileId shown, Content.Regular content) {
    byte[] bytes = store.reader().get(Table.WITNESS, shown.toBytes());
    if (bytes == null) {
      return null;
    }
    WitnessRecord row = Codec.parsed(WitnessRecord.parser(), bytes);
    boolean same =
        Codec.dot(row.getContent()).equals(content.dot()) && row.getSize() == content.size();
    return same ? Bytes.of(row.getSha256().toByteArray()) : null;
  }

  /** Remembers what a content has everywhere; only while it is held, under the zone's lock. */
  public void put(FileId shown, Content.Regular content, Bytes sha256) {
    WitnessRecord row =
        WitnessRecord.newBuilder()
            .setContent(Codec.dot(content.dot()))
            .setSize(content.size())
            .setSha256(ByteString.copyFrom(sha256.toArray()))
            .build();
    store.note(new Batch().put(Table.WITNESS, shown.toBytes(), Codec.stored(row)));
  }

  /** Forgets what was known of a content when another comes into its place, or none. */
  static void follow(Transaction tx, FileId shown, Content.@Nullable Regular next) {
    Content.Regular held = tx.reads.held(shown);
    if (held == null || held.hash() != null || held.size() == 0) {
      return;
    }
    if (next == null || !next.dot().equals(held.dot())) {
      tx.delete(Table.WITNESS, shown.toBytes());
    }
  }
}
