// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a mesh: whom this node trusts, under which names and where they were said to be.
 *
 * <p>Immutable: a change of membership is another roster. Being up or not has no place in it.
 */
public final class Roster {
  /** The largest number of nodes of a mesh. */
  public static final int MAX_ENTRIES = 10_000;

  /**
   * One member.
   *
   * @param name what people call the node; 1 to 255 characters
   * @param publicKey its Ed25519 key, from which its id follows
   * @param addresses where it may be heard, best first; at most 16, may be empty
   */
  public record Entry(String name, NodePublicKey publicKey, List<NodeAddress> addresses) {
    private static final int MAX_NAME = 255;
    private static final int MAX_ADDRESSES = 16;

    /** Checks the name and the number of addresses. */
    public Entry {
      if (name.isEmpty() || name.length() > MAX_NAME) {
        throw new IllegalArgumentException("a node's name has 1 to " + MAX_NAME + " characters");
      }
      if (addresses.size() > MAX_ADDRESSES) {
        throw new IllegalArgumentException("a node has at most " + MAX_ADDRESSES + " addresses");
      }
      addresses = List.copyOf(addresses);
    }

    /** The node's id. */
    public NodeId id() {
      return publicKey.id();
    }
  }

  private final MeshId mesh;
  private final List<Entry> entries;
  private final Map<String, Entry> byName = new HashMap<>();
  private final Map<NodeId, Entry> byId = new HashMap<>();
  private final long digest;

  /**
   * The members of {@code mesh}; a name or key that stands twice is an {@link
   * IllegalArgumentException}.
   */
  public Roster(MeshId mesh, List<Entry> members) {
    if (members.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException("a mesh has at most " + MAX_ENTRIES + " nodes");
    }
    this.mesh = mesh;
    this.entries = members.stream().sorted(Comparator.comparing(Entry::id)).toList();
    for (Entry entry : entries) {
      if (byName.put(entry.name(), entry) != null) {
        throw new IllegalArgumentException("two nodes are named \"" + entry.name() + "\"");
      }
      if (byId.put(entry.id(), entry) != null) {
        throw new IllegalArgumentException("the key of \"" + entry.name() + "\" stands twice");
      }
    }
    this.digest = computeDigest();
  }

  /** The mesh. */
  public MeshId mesh() {
    return mesh;
  }

  /** All members, by id. */
  public List<Entry> entries() {
    return entries;
  }

  /** The ids of all members. */
  public Set<NodeId> ids() {
    return Collections.unmodifiableSet(byId.keySet());
  }

  /** The member of that name. */
  public Optional<Entry> byName(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The member of that id. */
  public Optional<Entry> byId(NodeId id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** Whether a member holds this key. */
  public boolean trusts(NodePublicKey key) {
    Entry entry = byId.get(key.id());
    return entry != null && entry.publicKey().equals(key);
  }

  /**
   * A 64-bit digest of mesh, keys and names: equal on two nodes that agree on who belongs.
   * Addresses are left out, since each node may know other ones.
   */
  public long digest() {
    return digest;
  }

  private long computeDigest() {
    MessageDigest sha = Digests.sha256();
    sha.update("roster:1".getBytes(StandardCharsets.US_ASCII));
    sha.update(mesh.toBytes());
    for (Entry entry : entries) {
      byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
      sha.update(entry.publicKey().toBytes());
      sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(name.length).array());
      sha.update(name);
    }
    return ByteBuffer.wrap(sha.digest()).getLong();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Roster that && mesh.equals(that.mesh) && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(digest);
  }

  @Override
  public String toString() {
    return "Roster[" + mesh + ", " + entries.size() + " nodes]";
  }
}
