// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.replication.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import org.grapevinefs.replication.core.FileType;
import org.grapevinefs.replication.fs.OpenMode;
import org.grapevinefs.replication.fs.Stability;
import org.grapevinefs.replication.fs.XattrMode;
import org.grapevinefs.replication.peer.proto.Credit;
import org.grapevinefs.replication.peer.proto.Frame;
import org.grapevinefs.replication.peer.proto.Hello;
import org.junit.jupiter.api.Test;

/** The bytes on the wire. */
class FrameCodecTest {
  private static final Frame HELLO =
      Frame.newBuilder()
          .setHello(
              Hello.newBuilder()
                  .setProtocol(1)
                  .setMesh(ByteString.copyFrom(new byte[] {1, 2}))
                  .setNode(ByteString.copyFrom(new byte[] {3}))
                  .setLane(1)
                  .setAttempt(300))
          .build();

  private final EmbeddedChannel channel = new EmbeddedChannel(new FrameCodec(64, 64));

  @Test
  void hello_hasItsGoldenBytes() {
    channel.writeOutbound(HELLO);
    ByteBuf out = channel.readOutbound();
    assertThat(ByteBufUtil.hexDump(out)).isEqualTo("000000100a0e080112020102" + "1a0103200128ac02");
    out.release();
  }

  @Test
  void enums_keepTheirNumbers() {
    assertThat(ZoneWire.number(FileType.SOCKET)).isEqualTo(6);
    assertThat(ZoneWire.number(FileType.SYMLINK)).isEqualTo(2);
    assertThat(ZoneWire.number(OpenMode.BOTH)).isEqualTo(2);
    assertThat(ZoneWire.number(Stability.FILE_SYNC)).isEqualTo(2);
    assertThat(ZoneWire.number(XattrMode.REPLACE)).isEqualTo(2);
    assertThat(ZoneWire.number(Lane.BULK)).isEqualTo(1);
  }

  @Test
  void frame_inSingleBytes_comesOnceItIsWhole() {
    channel.writeOutbound(HELLO);
    ByteBuf out = channel.readOutbound();
    while (out.readableBytes() > 1) {
      assertThat(channel.writeInbound(out.readRetainedSlice(1))).isFalse();
    }
    channel.writeInbound(out);
    assertThat(channel.<Frame>readInbound()).isEqualTo(HELLO);
  }

  @Test
  void frameOverTheLimit_isRefusedByItsLength() {
    ByteBuf head = Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 65});
    assertThatThrownBy(() -> channel.writeInbound(head)).isInstanceOf(DecoderException.class);
  }

  @Test
  void frameThatIsNoProtobuf_isRefused() {
    ByteBuf bytes = Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 3, -1, -1, -1});
    assertThatThrownBy(() -> channel.writeInbound(bytes)).isInstanceOf(DecoderException.class);
  }

  @Test
  void allow_raisesTheLimit() {
    channel.pipeline().get(FrameCodec.class).allow(100);
    ByteBuf head = Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 65});
    assertThat(channel.writeInbound(head)).isFalse();
    Frame credit = Frame.newBuilder().setCredit(Credit.newBuilder().setCall(1)).build();
    assertThat(credit.getSerializedSize()).isLessThan(64);
  }
}
