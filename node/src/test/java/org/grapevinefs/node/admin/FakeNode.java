// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.grapevinefs.node.proto.CreateZoneRequest;
import org.grapevinefs.node.proto.CreateZoneResponse;
import org.grapevinefs.node.proto.Event;
import org.grapevinefs.node.proto.ListConflictsResponse;
import org.grapevinefs.node.proto.ListNodesResponse;
import org.grapevinefs.node.proto.Node;
import org.grapevinefs.node.proto.RemoveZoneResponse;
import org.grapevinefs.node.proto.ResolveConflictRequest;
import org.grapevinefs.node.proto.ScanZoneResponse;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.VerifyZoneUpdate;
import org.grapevinefs.node.proto.WaitZoneResponse;
import org.grapevinefs.node.proto.Zone;

/** A node of which only the names of zones and the events are real. */
final class FakeNode implements Administered {
  private final SortedMap<String, Zone> zones = new TreeMap<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

  void manyZones(int count) {
    for (int i = 0; i < count; i++) {
      zones.put("zone-" + i, Zone.newBuilder().setName("zone-" + i).build());
    }
  }

  synchronized void happens(String text) {
    Event event = Event.newBuilder().setNumber(events.size() + 1).setText(text).build();
    events.add(event);
    listeners.forEach(listener -> listener.accept(event));
  }

  @Override
  public Status status() {
    return Status.newBuilder()
        .setNode(Node.newBuilder().setName("fake").setNfsAddress("127.0.0.1:2049"))
        .addAllZones(zones.values())
        .build();
  }

  @Override
  public ListNodesResponse nodes() {
    return ListNodesResponse.getDefaultInstance();
  }

  @Override
  public List<Zone> zones() {
    return List.copyOf(zones.values());
  }

  @Override
  public Zone zone(String name) throws Refusal {
    Zone zone = zones.get(name);
    if (zone == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "no zone " + name);
    }
    return zone;
  }

  @Override
  public CreateZoneResponse createZone(CreateZoneRequest request) {
    zones.put(
        request.getName(),
        Zone.newBuilder().setName(request.getName()).setExport("/" + request.getName()).build());
    return CreateZoneResponse.getDefaultInstance();
  }

  @Override
  public RemoveZoneResponse removeZone(String name, boolean force) {
    zones.remove(name);
    return RemoveZoneResponse.getDefaultInstance();
  }

  @Override
  public ScanZoneResponse scan(String name) {
    return ScanZoneResponse.getDefaultInstance();
  }

  @Override
  public void verify(String name, Predicate<VerifyZoneUpdate> updates) {
    boolean _ = updates.test(VerifyZoneUpdate.newBuilder().setDone(true).build());
  }

  @Override
  public WaitZoneResponse await(String name, long timeoutMillis) {
    return WaitZoneResponse.getDefaultInstance();
  }

  @Override
  public ListConflictsResponse conflicts(String zone) {
    return ListConflictsResponse.getDefaultInstance();
  }

  @Override
  public String resolve(ResolveConflictRequest request) {
    return "";
  }

  @Override
  public synchronized List<Event> events(int last) {
    return List.copyOf(events);
  }

  @Override
  public AutoCloseable listen(Consumer<Event> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public String metrics() {
    return "up 1\n";
  }

  @Override
  public List<String> problems() {
    return List.of();
  }
}
