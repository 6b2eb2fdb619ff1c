// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;

/**
 * A node's Ed25519 public key: 32 bytes (RFC 8032). Immutable; equal when the bytes are equal.
 *
 * <p>The constructor refuses bytes that are no point of the curve.
 */
public final class NodePublicKey {
  /** The number of bytes of a key. */
  public static final int BYTES = 32;

  /** The number of bytes of a signature. */
  public static final int SIGNATURE_BYTES = 64;

  /** DER of SubjectPublicKeyInfo for Ed25519 (RFC 8410) up to the key's own bytes. */
  private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final byte[] bytes;
  private final Ed25519PublicKeyParameters point;
  private final PublicKey key;
  private final NodeId id;

  private NodePublicKey(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("an Ed25519 public key has 32 bytes, not " + bytes.length);
    }
    this.bytes = bytes.clone();
    this.point = new Ed25519PublicKeyParameters(this.bytes);
    this.key = toPublicKey(this.bytes);
    this.id = NodeId.ofBytes(Digests.sha256(this.bytes));
  }

  private static PublicKey toPublicKey(byte[] bytes) {
    byte[] der = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + BYTES);
    System.arraycopy(bytes, 0, der, X509_PREFIX.length, BYTES);
    try {
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    } catch (InvalidKeySpecException e) {
      throw new IllegalArgumentException("not an Ed25519 public key", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no Ed25519", e);
    }
  }

  /** The key in 32 raw bytes; anything else is an {@link IllegalArgumentException}. */
  public static NodePublicKey ofBytes(byte[] bytes) {
    return new NodePublicKey(bytes);
  }

  /** Reads 64 hexadecimal digits; anything else is an {@link IllegalArgumentException}. */
  public static NodePublicKey parse(String hex) {
    return new NodePublicKey(HexFormat.of().parseHex(hex));
  }

  /** The key of a certificate; an {@link IllegalArgumentException} if it is no Ed25519 key. */
  public static NodePublicKey of(PublicKey key) {
    byte[] encoded = key.getEncoded();
    if (encoded == null
        || encoded.length != X509_PREFIX.length + BYTES
        || !Arrays.equals(encoded, 0, X509_PREFIX.length, X509_PREFIX, 0, X509_PREFIX.length)) {
      throw new IllegalArgumentException("not an Ed25519 public key");
    }
    return new NodePublicKey(Arrays.copyOfRange(encoded, X509_PREFIX.length, encoded.length));
  }

  /** The 32 raw bytes, a fresh array. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** The id of the node that holds this key. */
  public NodeId id() {
    return id;
  }

  /** Whether {@code signature} over {@code message} was made with this key. Never throws. */
  public boolean verifies(byte[] message, byte[] signature) {
    return signature.length == SIGNATURE_BYTES
        && Signatures.verifies(point, key, message, signature);
  }

  /** The key as Java's security providers take it. */
  PublicKey toPublicKey() {
    return key;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodePublicKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The key as 64 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
