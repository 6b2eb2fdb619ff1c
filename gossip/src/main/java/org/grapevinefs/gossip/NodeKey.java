// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.gossip;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/**
 * A node's Ed25519 key pair: who the node is. Immutable and safe for any thread; never shown by
 * {@link #toString()}.
 *
 * <p>It lives in {@code <data>/node.key} as PEM (PKCS #8, RFC 8410), mode 0600, made at the first
 * start.
 */
public final class NodeKey {
  /** The file's name inside the data folder. */
  public static final String FILE_NAME = "node.key";

  private static final int SEED_BYTES = 32;

  /** DER of PrivateKeyInfo for Ed25519 (RFC 8410) up to the seed's own bytes. */
  private static final byte[] PKCS8_PREFIX =
      HexFormat.of().parseHex("302e020100300506032b657004220420");

  private final byte[] seed;
  private final Ed25519PrivateKeyParameters secret;
  private final PrivateKey key;
  private final NodePublicKey publicKey;

  private NodeKey(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("an Ed25519 seed has 32 bytes, not " + seed.length);
    }
    this.seed = seed.clone();
    this.secret = new Ed25519PrivateKeyParameters(this.seed);
    this.key = toPrivateKey(this.seed);
    this.publicKey = NodePublicKey.ofBytes(secret.generatePublicKey().getEncoded());
  }

  /** A new key from {@code random}. */
  public static NodeKey generate(SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new NodeKey(seed);
  }

  /**
   * The key of a 32-byte seed: the same seed is the same node. For tests, simulations and demos.
   */
  public static NodeKey ofSeed(byte[] seed) {
    return new NodeKey(seed);
  }

  /**
   * The key in {@code data}, made now if there is none.
   *
   * @throws NodeKeyException if the file is there but is no key, or others may read it
   */
  public static NodeKey loadOrCreate(Path data, SecureRandom random) throws IOException {
    Path file = data.resolve(FILE_NAME);
    if (!Files.exists(file)) {
      Files.createDirectories(data);
      PrivateFiles.createAtomically(file, Pem.encode(toPkcs8(generate(random).seed)));
    }
    return load(file);
  }

  /**
   * The key in {@code file}.
   *
   * @throws NodeKeyException if the file is missing, is no key, or others may read it
   */
  public static NodeKey load(Path file) throws IOException {
    String text = PrivateFiles.read(file);
    byte[] der;
    try {
      der = Pem.decode(text);
    } catch (IllegalArgumentException e) {
      throw new NodeKeyException(
          file,
          "is not a PEM private key; restore it from a backup, or remove it"
              + " to start as a new node (which then has to join again)",
          e);
    }
    if (der.length != PKCS8_PREFIX.length + SEED_BYTES
        || !Arrays.equals(der, 0, PKCS8_PREFIX.length, PKCS8_PREFIX, 0, PKCS8_PREFIX.length)) {
      throw new NodeKeyException(file, "is a private key, but not an Ed25519 one");
    }
    return new NodeKey(Arrays.copyOfRange(der, PKCS8_PREFIX.length, der.length));
  }

  /** The public half. */
  public NodePublicKey publicKey() {
    return publicKey;
  }

  /** The id of this node. */
  public NodeId id() {
    return publicKey.id();
  }

  /** The 64-byte signature over {@code message} (RFC 8032, deterministic). */
  public byte[] sign(byte[] message) {
    return Signatures.sign(secret, key, message);
  }

  /** The key as Java's security providers take it. */
  PrivateKey toPrivateKey() {
    return key;
  }

  private static PrivateKey toPrivateKey(byte[] seed) {
    try {
      return KeyFactory.getInstance("Ed25519")
          .generatePrivate(new PKCS8EncodedKeySpec(toPkcs8(seed)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no Ed25519", e);
    }
  }

  private static byte[] toPkcs8(byte[] seed) {
    byte[] der = Arrays.copyOf(PKCS8_PREFIX, PKCS8_PREFIX.length + SEED_BYTES);
    System.arraycopy(seed, 0, der, PKCS8_PREFIX.length, SEED_BYTES);
    return der;
  }

  @Override
  public String toString() {
    return "NodeKey[" + id().shortForm() + "]";
  }
}
