// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.grapevinefs.nfsgateway.client.Ops;

/** A kind of request that is measured. */
enum Row {
  GETATTR,
  LOOKUP,
  ACCESS,
  READ_4K(4),
  READ_64K(64),
  READ_1M(1024),
  WRITE_4K(4),
  WRITE_64K(64),
  WRITE_1M(1024),
  WRITE_4K_SYNC(4),
  CREATE,
  FILE_4K(4),
  MKDIR,
  READDIR_1000;

  private static final int[] ATTRIBUTES = {1, 3, 4, 8, 20, 33, 35, 36, 37, 45, 47, 52, 53};
  private static final String NAME = "n123456789abcdef";
  private static final int LISTING = 512 << 10;
  private static final int UNSTABLE = 0;
  private static final int FILE_SYNC = 2;

  /** Bytes behind the name in a request that makes something. */
  private static final int BEHIND_NAME = 28;

  /** Bytes of a WRITE without its data. */
  private static final int WRITE_HEAD = 36;

  /** Bytes that one request moves; 0: none. */
  final int bytes;

  Row() {
    this(0);
  }

  Row(int kibibytes) {
    bytes = kibibytes << 10;
  }

  String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Row of(String title) {
    return valueOf(title.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** The request, of an open owner of its own. */
  Ops request(Target target, String owner) {
    return switch (this) {
      case GETATTR -> new Ops().handle(target.file()).attributes(ATTRIBUTES);
      case LOOKUP ->
          new Ops().handle(target.directory()).lookup("file").getHandle().attributes(ATTRIBUTES);
      case ACCESS -> {
        Ops ops = new Ops().handle(target.file());
        ops.op(3).int32(0x1f);
        yield ops;
      }
      case READ_4K, READ_64K, READ_1M ->
          new Ops().handle(target.file()).read(target.stateid(), 0, bytes);
      case WRITE_4K, WRITE_64K, WRITE_1M ->
          new Ops().handle(target.file()).write(target.stateid(), 0, UNSTABLE, new byte[bytes]);
      case WRITE_4K_SYNC ->
          new Ops().handle(target.file()).write(target.stateid(), 0, FILE_SYNC, new byte[bytes]);
      case CREATE ->
          new Ops()
              .handle(target.directory())
              .create(owner, NAME, 3, 0)
              .getHandle()
              .close(Target.CURRENT);
      case FILE_4K ->
          new Ops()
              .handle(target.directory())
              .create(owner, NAME, 3, 0)
              .getHandle()
              .write(Target.CURRENT, 0, UNSTABLE, new byte[bytes])
              .close(Target.CURRENT);
      case MKDIR -> new Ops().handle(target.directory()).mkdir(NAME).getHandle();
      case READDIR_1000 -> new Ops().handle(target.list()).list(0, LISTING, ATTRIBUTES);
    };
  }

  /** Makes a request the next of its kind: another place in the file, another name. */
  void next(ByteBuffer request, long number) {
    long offset = bytes == 0 ? 0 : number * bytes % Target.SIZE;
    int end = request.capacity();
    switch (this) {
      case GETATTR, LOOKUP, ACCESS, READDIR_1000 -> {}
      case READ_4K, READ_64K, READ_1M -> request.putLong(end - 12, offset);
      case WRITE_4K, WRITE_64K, WRITE_1M, WRITE_4K_SYNC ->
          request.putLong(end - bytes - 16, offset);
      case CREATE, MKDIR, FILE_4K -> {
        String name = "%s%015x".formatted(this == MKDIR ? "d" : "c", number);
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        int behind = BEHIND_NAME + (this == FILE_4K ? WRITE_HEAD + bytes : 0);
        request.put(end - behind - ascii.length, ascii);
      }
    }
  }
}
