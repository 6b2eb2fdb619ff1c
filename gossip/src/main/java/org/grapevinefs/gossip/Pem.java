// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The PEM text of a private key (RFC 7468): one block, nothing else. */
final class Pem {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";
  private static final int LINE = 64;

  private Pem() {}

  static String encode(byte[] der) {
    byte[] newline = "\n".getBytes(StandardCharsets.US_ASCII);
    return BEGIN
        + "\n"
        + Base64.getMimeEncoder(LINE, newline).encodeToString(der)
        + "\n"
        + END
        + "\n";
  }

  static byte[] decode(String text) {
    String trimmed = text.strip();
    if (!trimmed.startsWith(BEGIN)
        || !trimmed.endsWith(END)
        || trimmed.length() < BEGIN.length() + END.length()) {
      throw new IllegalArgumentException("no private key block");
    }
    String inner = trimmed.substring(BEGIN.length(), trimmed.length() - END.length());
    return Base64.getDecoder().decode(inner.replaceAll("\\s", ""));
  }
}
