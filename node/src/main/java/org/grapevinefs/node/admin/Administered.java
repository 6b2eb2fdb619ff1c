// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.grapevinefs.node.proto.CreateZoneRequest;
import org.grapevinefs.node.proto.CreateZoneResponse;
import org.grapevinefs.node.proto.Event;
import org.grapevinefs.node.proto.ListConflictsResponse;
import org.grapevinefs.node.proto.ListNodesResponse;
import org.grapevinefs.node.proto.RemoveZoneResponse;
import org.grapevinefs.node.proto.ResolveConflictRequest;
import org.grapevinefs.node.proto.ScanZoneResponse;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.VerifyZoneUpdate;
import org.grapevinefs.node.proto.WaitZoneResponse;
import org.grapevinefs.node.proto.Zone;

/** A node as its administrators see it: what the admin API asks. Safe for any thread; may block. */
public interface Administered {
  /** This node, its peers, its zones. */
  Status status();

  /** The mesh as this node sees it. */
  ListNodesResponse nodes();

  /** All zones that this node knows, by name. */
  List<Zone> zones();

  /** One zone. */
  Zone zone(String name) throws Refusal;

  /** Writes a new zone's file and takes it into force. */
  CreateZoneResponse createZone(CreateZoneRequest request) throws Refusal;

  /** Takes a zone's file away; its plain files stay. */
  RemoveZoneResponse removeZone(String name, boolean force) throws Refusal;

  /** Takes in what was changed behind the gateway's back. */
  ScanZoneResponse scan(String name) throws Refusal;

  /**
   * Compares the bytes of all members and mends what has gone bad.
   *
   * @param updates told how far it is; false ends it
   */
  void verify(String name, Predicate<VerifyZoneUpdate> updates)
      throws Refusal, InterruptedException;

  /** Waits until all reachable members hold the same version. */
  WaitZoneResponse await(String name, long timeoutMillis) throws Refusal, InterruptedException;

  /** The conflicts of one zone, or of all if the name is empty. */
  ListConflictsResponse conflicts(String zone) throws Refusal;

  /** Ends one conflict; returns what was done. */
  String resolve(ResolveConflictRequest request) throws Refusal;

  /** The last events, oldest first. */
  List<Event> events(int last);

  /** Has a listener told of each later event; it must not block. */
  AutoCloseable listen(Consumer<Event> listener);

  /** Figures for Prometheus, in its text format. */
  String metrics();

  /** Whether the node does its work: all that is wrong, or nothing. */
  List<String> problems();
}
