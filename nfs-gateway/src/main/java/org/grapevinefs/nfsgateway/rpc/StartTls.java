// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.nfsgateway.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.glassfish.grizzly.Buffer;
import org.glassfish.grizzly.filterchain.Filter;
import org.glassfish.grizzly.filterchain.FilterChain;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.memory.ByteBufferWrapper;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.grizzly.ssl.SSLFilter;
import org.grapevinefs.nfsgateway.Tls;
import org.jspecify.annotations.Nullable;

/**
 * The step from clear text to TLS (RFC 9289, section 4.1): a client sends a NULL call with the
 * credential AUTH_TLS, is answered STARTTLS, and shakes hands. Nothing may come with that call that
 * is not encrypted, or a stranger in between could speak in the client's name.
 */
final class StartTls {

  private static final int LAST = 0x8000_0000;
  private static final String VERSION = "TLSv1.3";
  private static final String APPLICATION = "sunrpc";
  private static final int MOUNT = 100_005;

  /** MNT, UMNT, UMNTALL (RFC 1813, section 5.2). */
  private static final Set<Integer> CLEAR_MOUNT = Set.of(1, 3, 4);

  private final Tls tls;
  private @Nullable FilterChain secure;

  StartTls(Tls tls) {
    this.tls = tls;
  }

  /** Learns what the way of an encrypted connection is made of: the first filter, and the rest. */
  void over(Filter transport, List<Filter> above) {
    SSLContext context = tls.context();
    if (context != null) {
      FilterChainBuilder chain = FilterChainBuilder.stateless().add(transport);
      boolean mutual = tls.use() == Tls.Use.MUTUAL;
      SSLEngineConfigurator engines = new Engines(context, mutual);
      chain.add(new SSLFilter(engines, engines, false));
      for (Filter filter : new ArrayList<>(above)) {
        chain.add(filter);
      }
      secure = chain.build();
    }
  }

  boolean isOffered() {
    return secure != null;
  }

  /**
   * Whether a call that comes in clear text is refused. Version 3's MOUNT is not when it asks for a
   * handle: Linux never encrypts that, and a handle is of no use to anyone whose calls of NFS are
   * refused.
   */
  boolean refuses(Peer peer, int program, int procedure) {
    return tls.isDemanded()
        && !peer.secure
        && procedure != 0
        && !(program == MOUNT && CLEAR_MOUNT.contains(procedure));
  }

  /** From now on all is encrypted. */
  void switchOver(Peer peer) {
    FilterChain chain = secure;
    if (chain == null) {
      throw new IllegalStateException("not offered");
    }
    peer.secure = true;
    peer.connection.setProcessor(chain);
  }

  /** The answer to AUTH_TLS: accepted, with a verifier that says so. */
  static Buffer welcome(int xid) {
    ByteBuffer reply = ByteBuffer.allocate(36).putInt(32 | LAST).putInt(xid).putInt(1).putInt(0);
    reply.putInt(0).putInt(8).put("STARTTLS".getBytes(US_ASCII)).putInt(0).flip();
    return new ByteBufferWrapper(reply);
  }

  /** Makes server engines of TLS 1.3 for RPC. */
  private static final class Engines extends SSLEngineConfigurator {

    Engines(SSLContext context, boolean mutual) {
      super(context, false, mutual, false);
    }

    @Override
    public SSLEngine configure(SSLEngine engine) {
      SSLEngine configured = super.configure(engine);
      SSLParameters parameters = configured.getSSLParameters();
      parameters.setProtocols(new String[] {VERSION});
      // A client that names applications must name this one (section 5); one that names none is
      // heard.
      parameters.setApplicationProtocols(new String[] {APPLICATION});
      configured.setSSLParameters(parameters);
      return configured;
    }

    @Override
    public SSLEngineConfigurator copy() {
      return this;
    }
  }
}
