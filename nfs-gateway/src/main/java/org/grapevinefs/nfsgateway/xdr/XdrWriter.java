// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.xdr;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A growing XDR message. Large payloads are kept by reference, between stretches of ordinary bytes,
 * so that file contents are never copied here. Not thread-safe.
 */
public final class XdrWriter {

  /** Where the parts of a finished message go, in order. */
  public interface Sink {
    /** Ordinary bytes, a multiple of four. */
    void bytes(byte[] array, int offset, int length);

    /** A payload: its length as 32 bits, its bytes, and padding to a multiple of four. */
    void payload(ByteBuffer data);
  }

  private record Payload(int at, ByteBuffer data) {
    int size() {
      return 4 + ((data.remaining() + 3) & ~3);
    }
  }

  private final List<Payload> payloads = new ArrayList<>(1);
  private byte[] bytes;
  private int length;
  private int payloadSize;
  private @Nullable Runnable sent;

  /** An empty message with room for some bytes. */
  public XdrWriter(int room) {
    bytes = new byte[Math.max(64, room)];
  }

  private int grow(int more) {
    int at = length;
    if (bytes.length - at < more) {
      bytes = Arrays.copyOf(bytes, Math.addExact(at, Math.max(more, at)));
    }
    length = at + more;
    return at;
  }

  /** Bytes written so far, payloads included. */
  public int size() {
    return length + payloadSize;
  }

  /** Whether anything is kept by reference. */
  public boolean hasPayload() {
    return !payloads.isEmpty();
  }

  /** Bytes of the message without what is kept by reference: lengths and padding count. */
  public int plainSize() {
    int plain = length;
    for (Payload payload : payloads) {
      plain += payload.size() - payload.data().remaining();
    }
    return plain;
  }

  /** A place to come back to with {@link #rewind} or {@link #patch}. */
  public int mark() {
    return length;
  }

  /** Forgets everything written since a mark. */
  public void rewind(int mark) {
    while (!payloads.isEmpty() && payloads.getLast().at() >= mark) {
      payloadSize -= payloads.removeLast().size();
    }
    length = mark;
  }

  /** Ordinary bytes written since a mark; meaningful only if no payload was. */
  public int since(int mark) {
    return length - mark;
  }

  /** A copy of the ordinary bytes written since a mark. */
  public byte[] copySince(int mark) {
    return Arrays.copyOfRange(bytes, mark, length);
  }

  /** Overwrites the 32-bit item at a mark. */
  public void patch(int mark, int value) {
    bytes[mark] = (byte) (value >>> 24);
    bytes[mark + 1] = (byte) (value >>> 16);
    bytes[mark + 2] = (byte) (value >>> 8);
    bytes[mark + 3] = (byte) value;
  }

  /** Appends 32 bits. */
  public XdrWriter int32(int value) {
    patch(grow(4), value);
    return this;
  }

  /** Appends 64 bits. */
  public XdrWriter int64(long value) {
    int at = grow(8);
    patch(at, (int) (value >>> 32));
    patch(at + 4, (int) value);
    return this;
  }

  /** Appends a truth value. */
  public XdrWriter bool(boolean value) {
    return int32(value ? 1 : 0);
  }

  /** Appends bytes with their length before them. */
  public XdrWriter opaque(byte[] data) {
    return int32(data.length).fixed(data);
  }

  /** Appends bytes without their length. */
  public XdrWriter fixed(byte[] data) {
    int padded = (data.length + 3) & ~3;
    int at = grow(padded);
    System.arraycopy(data, 0, bytes, at, data.length);
    Arrays.fill(bytes, at + data.length, at + padded, (byte) 0);
    return this;
  }

  /**
   * Appends bytes with their length before them, by reference: they must not change until the
   * message is sent.
   */
  public XdrWriter payload(ByteBuffer data) {
    Payload payload = new Payload(length, data);
    payloads.add(payload);
    payloadSize += payload.size();
    return this;
  }

  /** Has something done once, when the message was sent and its payloads may change. */
  public XdrWriter whenSent(Runnable action) {
    Runnable before = sent;
    sent =
        before == null
            ? action
            : () -> {
              before.run();
              action.run();
            };
    return this;
  }

  /** Says that the message was sent. */
  public void sent() {
    Runnable action = sent;
    sent = null;
    if (action != null) {
      action.run();
    }
  }

  /** Hands the whole message over. */
  public void drainTo(Sink sink) {
    int from = 0;
    for (Payload payload : payloads) {
      int to = payload.at();
      if (to > from) {
        sink.bytes(bytes, from, to - from);
      }
      sink.payload(payload.data().duplicate());
      from = to;
    }
    if (length > from) {
      sink.bytes(bytes, from, length - from);
    }
  }

  /** The whole message in one array, payloads copied. */
  public byte[] toByteArray() {
    ByteBuffer whole = ByteBuffer.allocate(size());
    drainTo(
        new Sink() {
          @Override
          public void bytes(byte[] array, int offset, int count) {
            whole.put(array, offset, count);
          }

          @Override
          public void payload(ByteBuffer data) {
            int count = data.remaining();
            whole.putInt(count).put(data);
            whole.position(whole.position() + (-count & 3));
          }
        });
    return whole.array();
  }
}
