// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.grapevinefs.node.proto.AdminGrpc;
import org.grapevinefs.node.proto.CreateZoneRequest;
import org.grapevinefs.node.proto.CreateZoneResponse;
import org.grapevinefs.node.proto.Event;
import org.grapevinefs.node.proto.GetStatusRequest;
import org.grapevinefs.node.proto.GetZoneRequest;
import org.grapevinefs.node.proto.ListConflictsRequest;
import org.grapevinefs.node.proto.ListConflictsResponse;
import org.grapevinefs.node.proto.ListNodesRequest;
import org.grapevinefs.node.proto.ListNodesResponse;
import org.grapevinefs.node.proto.ListZonesRequest;
import org.grapevinefs.node.proto.ListZonesResponse;
import org.grapevinefs.node.proto.RemoveZoneRequest;
import org.grapevinefs.node.proto.RemoveZoneResponse;
import org.grapevinefs.node.proto.ResolveConflictRequest;
import org.grapevinefs.node.proto.ResolveConflictResponse;
import org.grapevinefs.node.proto.ScanZoneRequest;
import org.grapevinefs.node.proto.ScanZoneResponse;
import org.grapevinefs.node.proto.Status;
import org.grapevinefs.node.proto.VerifyZoneRequest;
import org.grapevinefs.node.proto.VerifyZoneUpdate;
import org.grapevinefs.node.proto.WaitZoneRequest;
import org.grapevinefs.node.proto.WaitZoneResponse;
import org.grapevinefs.node.proto.WatchEventsRequest;
import org.grapevinefs.node.proto.Zone;

/** The gRPC face of an {@link Administered} node. */
final class AdminService extends AdminGrpc.AdminImplBase {
  private static final long LONGEST_WAIT_MILLIS = TimeUnit.DAYS.toMillis(1);
  private static final int MAX_WAITING_EVENTS = 1_000;

  private final Administered node;

  AdminService(Administered node) {
    this.node = node;
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<Status> answer) {
    Answers.give(answer, node::status);
  }

  @Override
  public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> answer) {
    Answers.give(answer, node::nodes);
  }

  @Override
  public void listZones(ListZonesRequest request, StreamObserver<ListZonesResponse> answer) {
    Answers.give(
        answer,
        () ->
            ListZonesResponse.newBuilder()
                .addAllZones(
                    node.zones().stream()
                        .filter(zone -> hasAll(zone.getLabelsMap(), request.getLabelsMap()))
                        .toList())
                .build());
  }

  static boolean hasAll(Map<String, String> labels, Map<String, String> wanted) {
    return labels.entrySet().containsAll(wanted.entrySet());
  }

  @Override
  public void getZone(GetZoneRequest request, StreamObserver<Zone> answer) {
    Answers.give(answer, () -> node.zone(request.getName()));
  }

  @Override
  public void createZone(CreateZoneRequest request, StreamObserver<CreateZoneResponse> answer) {
    Answers.give(answer, () -> node.createZone(request));
  }

  @Override
  public void removeZone(RemoveZoneRequest request, StreamObserver<RemoveZoneResponse> answer) {
    Answers.give(answer, () -> node.removeZone(request.getName(), request.getForce()));
  }

  @Override
  public void scanZone(ScanZoneRequest request, StreamObserver<ScanZoneResponse> answer) {
    Answers.give(answer, () -> node.scan(request.getName()));
  }

  @Override
  public void verifyZone(VerifyZoneRequest request, StreamObserver<VerifyZoneUpdate> answer) {
    ServerCallStreamObserver<VerifyZoneUpdate> caller =
        (ServerCallStreamObserver<VerifyZoneUpdate>) answer;
    try {
      node.verify(
          request.getName(),
          update -> {
            boolean there = !caller.isCancelled();
            if (there) {
              answer.onNext(update);
            }
            return there;
          });
      answer.onCompleted();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.onError(io.grpc.Status.UNAVAILABLE.withDescription("the node stops").asException());
    } catch (Exception e) {
      answer.onError(Answers.asStatus(e));
    }
  }

  @Override
  public void waitZone(WaitZoneRequest request, StreamObserver<WaitZoneResponse> answer) {
    long millis = Math.clamp(request.getTimeoutMillis(), 0, LONGEST_WAIT_MILLIS);
    Answers.give(answer, () -> node.await(request.getName(), millis));
  }

  @Override
  public void listConflicts(
      ListConflictsRequest request, StreamObserver<ListConflictsResponse> answer) {
    Answers.give(answer, () -> node.conflicts(request.getZone()));
  }

  @Override
  public void resolveConflict(
      ResolveConflictRequest request, StreamObserver<ResolveConflictResponse> answer) {
    Answers.give(
        answer, () -> ResolveConflictResponse.newBuilder().setDone(node.resolve(request)).build());
  }

  @Override
  public void watchEvents(WatchEventsRequest request, StreamObserver<Event> answer) {
    try {
      if (request.getFollow()) {
        follow(request, (ServerCallStreamObserver<Event>) answer);
      } else {
        node.events(request.getLast()).forEach(answer::onNext);
      }
      answer.onCompleted();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.onError(io.grpc.Status.UNAVAILABLE.withDescription("the node stops").asException());
    } catch (Exception e) {
      answer.onError(Answers.asStatus(e));
    }
  }

  /** A reader that is too slow misses events rather than holding up the node. */
  private void follow(WatchEventsRequest request, ServerCallStreamObserver<Event> answer)
      throws Exception {
    BlockingQueue<Event> waiting = new LinkedBlockingQueue<>(MAX_WAITING_EVENTS);
    long last = 0;
    try (AutoCloseable _ = node.listen(waiting::offer)) {
      for (Event event : node.events(request.getLast())) {
        answer.onNext(event);
        last = event.getNumber();
      }
      while (!answer.isCancelled()) {
        Event event = waiting.poll(200, TimeUnit.MILLISECONDS);
        if (event != null && event.getNumber() > last) {
          answer.onNext(event);
          last = event.getNumber();
        }
      }
    }
  }
}
