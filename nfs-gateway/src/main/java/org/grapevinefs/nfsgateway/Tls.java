// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway;

import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Whether clients speak RPC with TLS (RFC 9289). A client that wants it asks in clear text, and the
 * connection goes on encrypted.
 *
 * @param use who must
 * @param context with the server's key, and for {@link Use#MUTUAL} those whose certificates are
 *     believed; null only for {@link Use#OFF}
 */
public record Tls(Use use, @Nullable SSLContext context) {

  /** Who must. */
  public enum Use {
    /** Nobody can. */
    OFF,
    /** Who wants to. */
    OPTIONAL,
    /** Everybody. */
    REQUIRED,
    /** Everybody, and with a certificate of their own. */
    MUTUAL
  }

  /** No TLS. */
  public static final Tls NONE = new Tls(Use.OFF, null);

  /** Checks that there is a context if it is needed. */
  public Tls {
    if ((use == Use.OFF) != (context == null)) {
      throw new IllegalArgumentException("TLS needs a key, and none needs none");
    }
  }

  /** Whether calls in clear text are refused. */
  public boolean isDemanded() {
    return use == Use.REQUIRED || use == Use.MUTUAL;
  }
}
