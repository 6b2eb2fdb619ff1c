// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.grapevinefs.nfsgateway.rpc.Credential;
import org.grapevinefs.replication.fs.Caller;
import org.grapevinefs.replication.fs.ZoneFileSystem;

/**
 * One zone as this node serves it.
 *
 * @param name the zone's name, as it stands in the pseudo root: 1 to 255 bytes without {@code /}
 * @param zone the zone's identity, the same on every node and for ever; goes into file handles
 * @param files the zone's files
 * @param clients from where it may be mounted
 * @param readOnly from where it may only be read, though it may be mounted
 * @param squash whom to make anonymous
 * @param anonymousUid user number of the anonymous
 * @param anonymousGid group number of the anonymous
 */
public record Export(
    String name,
    UUID zone,
    ZoneFileSystem files,
    List<AddressRange> clients,
    List<AddressRange> readOnly,
    Squash squash,
    int anonymousUid,
    int anonymousGid) {

  /** The number of the user and the group that anonymous callers are given. */
  public static final int NOBODY = 65_534;

  /** Copies the lists. */
  public Export {
    clients = List.copyOf(clients);
    readOnly = List.copyOf(readOnly);
  }

  /** A writable export to every address, with nobody squashed. */
  public static Export open(String name, UUID zone, ZoneFileSystem files) {
    return new Export(
        name,
        zone,
        files,
        List.of(AddressRange.ALL_IPV4, AddressRange.ALL_IPV6),
        List.of(),
        Squash.NONE,
        NOBODY,
        NOBODY);
  }

  /** Whether a client at this address may mount it. */
  public boolean admits(InetAddress client) {
    return contains(clients, client);
  }

  /** Whether a client at this address may only read. */
  public boolean isReadOnlyFor(InetAddress client) {
    return contains(readOnly, client);
  }

  /** The caller as this export sees them, after squashing. */
  public Caller caller(Credential credential, InetAddress client) {
    boolean only = isReadOnlyFor(client);
    boolean all =
        switch (squash) {
          case ALL -> true;
          case ROOT, NONE -> credential.flavor() != Credential.SYS;
        };
    if (all) {
      return new Caller(anonymousUid, anonymousGid, Set.of(), only, false);
    }
    int uid = credential.uid();
    int gid = credential.gid();
    Set<Integer> groups = credential.groups();
    if (squash == Squash.ROOT) {
      uid = uid == 0 ? anonymousUid : uid;
      gid = gid == 0 ? anonymousGid : gid;
      if (groups.contains(0)) {
        groups = new HashSet<>(groups);
        groups.remove(0);
      }
    }
    return new Caller(uid, gid, groups, only, false);
  }

  private static boolean contains(List<AddressRange> ranges, InetAddress address) {
    for (AddressRange range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
