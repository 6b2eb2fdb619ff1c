// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.grapevinefs.node.proto.AttachVolumeRequest;
import org.grapevinefs.node.proto.AttachVolumeResponse;
import org.grapevinefs.node.proto.CreateVolumeRequest;
import org.grapevinefs.node.proto.CreateVolumeResponse;
import org.grapevinefs.node.proto.CreateZoneRequest;
import org.grapevinefs.node.proto.DeleteVolumeRequest;
import org.grapevinefs.node.proto.DeleteVolumeResponse;
import org.grapevinefs.node.proto.DetachVolumeRequest;
import org.grapevinefs.node.proto.DetachVolumeResponse;
import org.grapevinefs.node.proto.GetVolumeRequest;
import org.grapevinefs.node.proto.GetVolumeResponse;
import org.grapevinefs.node.proto.ListVolumesRequest;
import org.grapevinefs.node.proto.ListVolumesResponse;
import org.grapevinefs.node.proto.Volume;
import org.grapevinefs.node.proto.VolumeServiceGrpc;
import org.grapevinefs.node.proto.VolumeType;
import org.grapevinefs.node.proto.Zone;

/**
 * Zones by the names that job schedulers use. An attachment says which job uses a volume; it is
 * kept in memory, since no job outlives the node that it mounts from.
 */
final class VolumeService extends VolumeServiceGrpc.VolumeServiceImplBase {
  private record Attachment(String job, long sinceMillis) {}

  private final Administered node;
  private final InstantSource clock;
  private final Map<String, Attachment> attachments = new HashMap<>();
  private final Map<String, Long> lastUsed = new HashMap<>();

  VolumeService(Administered node, InstantSource clock) {
    this.node = node;
    this.clock = clock;
  }

  @Override
  public void createVolume(
      CreateVolumeRequest request, StreamObserver<CreateVolumeResponse> answer) {
    Answers.give(
        answer,
        () -> {
          node.createZone(
              CreateZoneRequest.newBuilder()
                  .setName(request.getName())
                  .setSizeBytes(request.getSizeBytes())
                  .setType(request.getType() == VolumeType.MEMORY ? "memory" : "filesystem")
                  .putAllLabels(request.getLabelsMap())
                  .build());
          return CreateVolumeResponse.newBuilder().setVolume(volume(request.getName())).build();
        });
  }

  @Override
  public void listVolumes(ListVolumesRequest request, StreamObserver<ListVolumesResponse> answer) {
    Answers.give(
        answer,
        () -> {
          List<Volume> volumes =
              node.zones().stream()
                  .filter(z -> AdminService.hasAll(z.getLabelsMap(), request.getLabelsMap()))
                  .map(this::volume)
                  .toList();
          return ListVolumesResponse.newBuilder().addAllVolumes(volumes).build();
        });
  }

  @Override
  public void getVolume(GetVolumeRequest request, StreamObserver<GetVolumeResponse> answer) {
    Answers.give(
        answer, () -> GetVolumeResponse.newBuilder().setVolume(volume(request.getId())).build());
  }

  @Override
  public void deleteVolume(
      DeleteVolumeRequest request, StreamObserver<DeleteVolumeResponse> answer) {
    Answers.give(
        answer,
        () -> {
          synchronized (this) {
            Attachment attachment = attachments.get(request.getId());
            if (attachment != null && !request.getForce()) {
              throw new Refusal(
                  Refusal.Kind.NOT_NOW,
                  "volume "
                      + request.getId()
                      + " is attached to job "
                      + attachment.job()
                      + ": detach it first, or force it");
            }
            node.removeZone(request.getId(), request.getForce());
            attachments.remove(request.getId());
          }
          return DeleteVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void attachVolume(
      AttachVolumeRequest request, StreamObserver<AttachVolumeResponse> answer) {
    Answers.give(answer, () -> attach(request));
  }

  private synchronized AttachVolumeResponse attach(AttachVolumeRequest request) throws Refusal {
    Zone zone = node.zone(request.getId());
    Attachment there = attachments.get(request.getId());
    if (there != null && !there.job().equals(request.getJobId())) {
      throw new Refusal(
          Refusal.Kind.NOT_NOW,
          "volume " + request.getId() + " is attached to job " + there.job() + " already");
    }
    attachments.put(request.getId(), new Attachment(request.getJobId(), clock.millis()));
    lastUsed.put(request.getId(), clock.millis());
    return AttachVolumeResponse.newBuilder()
        .setVolume(volume(zone))
        .setNfsAddress(node.status().getNode().getNfsAddress())
        .setNfsPath(zone.getExport())
        .build();
  }

  @Override
  public void detachVolume(
      DetachVolumeRequest request, StreamObserver<DetachVolumeResponse> answer) {
    Answers.give(answer, () -> detach(request));
  }

  private synchronized DetachVolumeResponse detach(DetachVolumeRequest request) throws Refusal {
    Attachment there = attachments.get(request.getId());
    if (there == null || !there.job().equals(request.getJobId())) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND,
          "volume " + request.getId() + " is not attached to job " + request.getJobId());
    }
    attachments.remove(request.getId());
    lastUsed.put(request.getId(), clock.millis());
    return DetachVolumeResponse.newBuilder().setVolume(volume(request.getId())).build();
  }

  private Volume volume(String id) throws Refusal {
    return volume(node.zone(id));
  }

  private synchronized Volume volume(Zone zone) {
    Attachment attachment = attachments.get(zone.getName());
    return Volume.newBuilder()
        .setId(zone.getName())
        .setName(zone.getName())
        .setType(zone.getType().equals("memory") ? VolumeType.MEMORY : VolumeType.FILESYSTEM)
        .setSizeBytes(zone.getQuotaBytes())
        .setStatus(
            zone.getRole().equals("failed")
                ? "failed"
                : attachment != null ? "attached" : "available")
        .setLastUsedMillis(lastUsed.getOrDefault(zone.getName(), 0L))
        .setCurrentJobId(attachment != null ? attachment.job() : "")
        .putAllLabels(zone.getLabelsMap())
        .build();
  }
}
