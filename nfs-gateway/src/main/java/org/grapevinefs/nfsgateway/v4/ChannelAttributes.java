// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import org.grapevinefs.nfsgateway.Limits;
import org.grapevinefs.nfsgateway.xdr.BadXdrException;
import org.grapevinefs.nfsgateway.xdr.XdrReader;
import org.grapevinefs.nfsgateway.xdr.XdrWriter;

/**
 * The bounds of one direction of a session (RFC 8881, section 18.36).
 *
 * @param headerPad padding of the header; always 0 here
 * @param maxRequest bytes of a request
 * @param maxResponse bytes of a response
 * @param maxCached bytes of a response that is kept
 * @param maxOperations operations in a compound
 * @param maxRequests slots
 */
record ChannelAttributes(
    int headerPad,
    int maxRequest,
    int maxResponse,
    int maxCached,
    int maxOperations,
    int maxRequests) {

  private static final int MIN_MESSAGE = 256;
  private static final int FRUGAL_SLOTS = 8;
  private static final int FRUGAL_REPLY = 1_024;
  private static final int MIN_BACK_OPERATIONS = 2;

  static ChannelAttributes decode(XdrReader in) throws BadXdrException {
    ChannelAttributes read =
        new ChannelAttributes(
            in.int32(), in.int32(), in.int32(), in.int32(), in.int32(), in.int32());
    int rdma = in.length(1);
    if (rdma == 1) {
      in.int32();
    }
    return read;
  }

  void encode(XdrWriter out) {
    out.int32(headerPad).int32(maxRequest).int32(maxResponse).int32(maxCached);
    out.int32(maxOperations).int32(maxRequests).int32(0);
  }

  /** Whether messages are so small that nothing of use fits. */
  boolean isTooSmall() {
    return Integer.compareUnsigned(maxRequest, MIN_MESSAGE) < 0
        || Integer.compareUnsigned(maxResponse, MIN_MESSAGE) < 0;
  }

  /** As {@link #isTooSmall}, of a channel that must carry a CB_SEQUENCE and an operation. */
  boolean isTooSmallBack() {
    return isTooSmall() || Integer.compareUnsigned(maxOperations, MIN_BACK_OPERATIONS) < 0;
  }

  /** What we grant of what was asked for. */
  ChannelAttributes within(Limits limits) {
    Limits.State state = limits.state();
    return new ChannelAttributes(
        0,
        least(maxRequest, limits.maxMessage()),
        least(maxResponse, limits.maxMessage()),
        least(maxCached, state.cachedReply()),
        Math.max(1, least(maxOperations, limits.maxOperations())),
        Math.max(1, least(maxRequests, state.slots())));
  }

  /** Bytes that the replies kept may take. */
  long cacheBytes() {
    return (long) maxRequests * maxCached;
  }

  /** The least that a client gets on with, where little can be kept. */
  ChannelAttributes frugal() {
    return new ChannelAttributes(
        headerPad,
        maxRequest,
        maxResponse,
        Math.min(maxCached, FRUGAL_REPLY),
        maxOperations,
        Math.min(maxRequests, FRUGAL_SLOTS));
  }

  private static int least(int unsigned, int most) {
    return Integer.compareUnsigned(unsigned, most) < 0 ? unsigned : most;
  }
}
