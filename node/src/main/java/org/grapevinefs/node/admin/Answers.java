// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.admin;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a question is answered over gRPC, and how a refusal looks there. */
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  static <T> void give(StreamObserver<T> answer, Callable<T> question) {
    T value;
    try {
      value = question.call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.onError(Status.UNAVAILABLE.withDescription("the node stops").asException());
      return;
    } catch (Exception e) {
      answer.onError(asStatus(e));
      return;
    }
    answer.onNext(value);
    answer.onCompleted();
  }

  static StatusException asStatus(Exception problem) {
    if (problem instanceof Refusal refusal) {
      Status status =
          switch (refusal.kind()) {
            case BAD_REQUEST -> Status.INVALID_ARGUMENT;
            case NOT_FOUND -> Status.NOT_FOUND;
            case ALREADY_THERE -> Status.ALREADY_EXISTS;
            case NOT_NOW -> Status.FAILED_PRECONDITION;
            case FAILED -> Status.INTERNAL;
          };
      return status.withDescription(refusal.getMessage()).asException();
    }
    LOG.error("the admin API failed", problem);
    return Status.INTERNAL
        .withDescription("the node failed at this; its log says more: " + problem)
        .asException();
  }
}
