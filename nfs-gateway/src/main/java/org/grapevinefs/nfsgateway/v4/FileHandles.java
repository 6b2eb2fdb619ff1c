// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.v4;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.grapevinefs.replication.core.FileId;

/**
 * The bytes of file handles. They hold all that is needed, so that they outlive restarts and any
 * node of the mesh that has the key understands them:
 *
 * <pre>
 * pseudo root   01 00 00 00
 * zone          01 01 00 00  zone id (16)  file id (16)  check (8)
 * </pre>
 *
 * The check is SipHash-2-4 over zone and file with a key of the zone's own, drawn from the mesh's
 * key by HMAC-SHA-256. It keeps a client from making handles of files that it was never shown.
 */
final class FileHandles {

  /** The longest handle (RFC 8881, section 4.2.1, allows 128). */
  static final int MAX_BYTES = 128;

  private static final int ROOT_PREFIX = 0x0100_0000;
  private static final int ZONE_PREFIX = 0x0101_0000;
  private static final int ZONE_BYTES = 4 + 16 + FileId.BYTES + 8;

  /** A handle taken apart; null zone: the pseudo root. */
  record Parts(@org.jspecify.annotations.Nullable UUID zone, FileId file) {}

  private static final Parts ROOT = new Parts(null, FileId.ROOT);
  private static final byte[] ROOT_BYTES = ByteBuffer.allocate(4).putInt(ROOT_PREFIX).array();

  private final byte[] key;
  private final Map<UUID, SipHash> checks = new ConcurrentHashMap<>();

  FileHandles(byte[] key) {
    this.key = key.clone();
  }

  byte[] ofRoot() {
    return ROOT_BYTES.clone();
  }

  byte[] of(UUID zone, FileId file) {
    return ByteBuffer.allocate(ZONE_BYTES)
        .putInt(ZONE_PREFIX)
        .putLong(zone.getMostSignificantBits())
        .putLong(zone.getLeastSignificantBits())
        .putLong(file.high())
        .putLong(file.low())
        .putLong(check(zone, file))
        .array();
  }

  byte[] of(Target target) {
    return switch (target) {
      case Target.PseudoRoot root -> ofRoot();
      case Target.InZone in -> of(in.export().zone(), in.file());
    };
  }

  Parts parse(byte[] handle) throws NfsException {
    if (Arrays.equals(handle, ROOT_BYTES)) {
      return ROOT;
    }
    if (handle.length != ZONE_BYTES) {
      throw new NfsException(NfsStatus.BADHANDLE);
    }
    ByteBuffer buffer = ByteBuffer.wrap(handle);
    int prefix = buffer.getInt();
    UUID zone = new UUID(buffer.getLong(), buffer.getLong());
    FileId file = new FileId(buffer.getLong(), buffer.getLong());
    if (prefix != ZONE_PREFIX || buffer.getLong() != check(zone, file)) {
      throw new NfsException(NfsStatus.BADHANDLE);
    }
    return new Parts(zone, file);
  }

  private long check(UUID zone, FileId file) {
    SipHash check = checks.get(zone);
    if (check == null) {
      check = checkOf(zone);
      if (checks.size() < 4096) {
        checks.put(zone, check);
      }
    }
    return check.of(
        zone.getMostSignificantBits(), zone.getLeastSignificantBits(), file.high(), file.low());
  }

  private SipHash checkOf(UUID zone) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      ByteBuffer text = ByteBuffer.allocate(16);
      text.putLong(zone.getMostSignificantBits()).putLong(zone.getLeastSignificantBits());
      ByteBuffer derived = ByteBuffer.wrap(mac.doFinal(text.array()));
      return new SipHash(derived.getLong(), derived.getLong());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }
}
