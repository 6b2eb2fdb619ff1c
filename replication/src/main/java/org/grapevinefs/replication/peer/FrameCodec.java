// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageCodec;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import java.util.List;
import org.grapevinefs.replication.peer.proto.Frame;

/** Frames on the wire: four bytes of length, big-endian, then that many bytes of protobuf. */
final class FrameCodec extends ByteToMessageCodec<Frame> {
  private static final int HEADER = Integer.BYTES;

  private final int mostOut;
  private int most;

  /**
   * A codec that takes and makes frames up to {@code first} bytes until {@link #allow} says
   * otherwise.
   */
  FrameCodec(int first, int mostOut) {
    super(Frame.class);
    this.most = first;
    this.mostOut = mostOut;
  }

  /** Sets the largest frame taken from now on; called from the channel's thread. */
  void allow(int bytes) {
    most = bytes;
  }

  @Override
  protected void encode(ChannelHandlerContext ctx, Frame frame, ByteBuf out) throws IOException {
    int size = frame.getSerializedSize();
    if (size > mostOut) {
      throw new TooLongFrameException("a frame of " + size + " bytes was to be sent");
    }
    out.ensureWritable(HEADER + size);
    out.writeInt(size);
    CodedOutputStream stream =
        CodedOutputStream.newInstance(out.nioBuffer(out.writerIndex(), size));
    frame.writeTo(stream);
    stream.flush();
    out.writerIndex(out.writerIndex() + size);
  }

  /** The length is judged before the frame's bytes are gathered. */
  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws IOException {
    if (in.readableBytes() < HEADER) {
      return;
    }
    int size = in.getInt(in.readerIndex());
    if (size < 0 || size > most) {
      throw new TooLongFrameException(
          "a frame of " + Integer.toUnsignedString(size) + " bytes, where " + most + " may be");
    }
    if (in.readableBytes() < HEADER + size) {
      return;
    }
    in.skipBytes(HEADER);
    Frame frame = Frame.parseFrom(in.nioBuffer(in.readerIndex(), size));
    in.skipBytes(size);
    if (frame.getBodyCase() == Frame.BodyCase.BODY_NOT_SET) {
      throw new CorruptedFrameException("an empty or unknown frame");
    }
    out.add(frame);
  }
}
