package dev.pglet.manifest.git;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;

/**
 * The bytes of git's index, versions 2 to 4, in which the remembered size of a file can be
 * forgotten. git takes a file whose size is not the remembered one for modified, without asking the
 * filter; one whose size it does not know (0) it compares. So forgetting never hides a change: it
 * makes git look. Nothing else of the index is touched.
 */
final class GitIndex {
  private static final int HEADER = 12;
  private static final int MODE_AT = 24;
  private static final int SIZE_AT = 36;
  private static final int OBJECT_AT = 40;
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int EXTENDED = 0x4000;
  private static final int STAGE = 0x3000;

  /** The extension {@code link}. */
  private static final int SPLIT = 0x6c696e6b;

  private final byte[] bytes;
  private final ByteBuffer buffer;
  private final int hashLength;

  private GitIndex(byte[] bytes, int hashLength) {
    this.bytes = bytes;
    this.buffer = ByteBuffer.wrap(bytes);
    this.hashLength = hashLength;
  }

  /**
   * Forgets sizes, in the given bytes.
   *
   * @param sha256 whether the repository's objects are named by SHA-256
   * @param sizes the files' sizes by their paths in the repository; who has it remembered rightly
   *     is left alone
   * @return how many were forgotten
   * @throws IOException when it is no index of a known version, or a damaged one
   */
  static int forget(byte[] bytes, boolean sha256, Map<String, Long> sizes) throws IOException {
    try {
      return new GitIndex(bytes, sha256 ? 32 : 20).forget(sizes);
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("it ends in the middle of an entry", e);
    }
  }

  private int forget(Map<String, Long> sizes) throws IOException {
    if (bytes.length < HEADER + hashLength || buffer.getInt(0) != 0x44495243) {
      throw new IOException("it is no index of git");
    }
    int version = buffer.getInt(4);
    if (version < 2 || version > 4) {
      throw new IOException("its version is " + version + ", and 2 to 4 are known");
    }
    byte[] sum = Arrays.copyOfRange(bytes, bytes.length - hashLength, bytes.length);
    boolean summed = !Arrays.equals(sum, new byte[hashLength]); // index.skipHash leaves zeros
    if (summed && !Arrays.equals(sum, checksum())) {
      throw new IOException("its checksum is wrong");
    }
    int forgotten = walk(version, sizes);
    if (forgotten > 0 && summed) {
      System.arraycopy(checksum(), 0, bytes, bytes.length - hashLength, hashLength);
    }
    return forgotten;
  }

  private int walk(int version, Map<String, Long> sizes) throws IOException {
    int count = buffer.getInt(8);
    int forgotten = 0;
    byte[] path = {};
    int at = HEADER;
    for (int i = 0; i < count; i++) {
      int flagsAt = at + OBJECT_AT + hashLength;
      int flags = Short.toUnsignedInt(buffer.getShort(flagsAt));
      int pathAt = flagsAt + (version > 2 && (flags & EXTENDED) != 0 ? 4 : 2);
      int kept = 0;
      if (version == 4) {
        int length = prefixLength(pathAt);
        kept = path.length - prefix(pathAt, length);
        pathAt += length;
      }
      int end = pathAt;
      while (bytes[end] != 0) {
        end++;
      }
      byte[] whole = Arrays.copyOf(path, kept + end - pathAt);
      System.arraycopy(bytes, pathAt, whole, kept, end - pathAt);
      path = whole;
      if ((flags & STAGE) == 0 && forgetOne(at, path, sizes)) {
        forgotten++;
      }
      at = version == 4 ? end + 1 : at + ((end - at) / 8 + 1) * 8;
    }
    refuseSplit(at);
    return forgotten;
  }

  /** The other half of a split index is shared, and may not be changed. */
  private void refuseSplit(int extensions) throws IOException {
    int at = extensions;
    while (at + 8 <= bytes.length - hashLength) {
      if (buffer.getInt(at) == SPLIT) {
        throw new IOException("it is split; run: git update-index --no-split-index");
      }
      at += 8 + buffer.getInt(at + 4);
    }
  }

  private boolean forgetOne(int at, byte[] path, Map<String, Long> sizes) {
    Long size = sizes.get(new String(path, StandardCharsets.UTF_8));
    boolean regular = (buffer.getInt(at + MODE_AT) & TYPE) == REGULAR;
    int remembered = buffer.getInt(at + SIZE_AT);
    if (size == null || !regular || remembered == 0 || remembered == size.intValue()) {
      return false;
    }
    buffer.putInt(at + SIZE_AT, 0);
    return true;
  }

  /** The bytes that a number of version 4 takes: all but the last have the highest bit set. */
  private int prefixLength(int at) {
    int length = 1;
    while ((bytes[at + length - 1] & 0x80) != 0) {
      length++;
    }
    return length;
  }

  /** How many bytes of the path before are dropped. */
  private int prefix(int at, int length) {
    int value = bytes[at] & 0x7f;
    for (int i = 1; i < length; i++) {
      value = ((value + 1) << 7) | (bytes[at + i] & 0x7f);
    }
    return value;
  }

  private byte[] checksum() {
    try {
      MessageDigest digest = MessageDigest.getInstance(hashLength == 32 ? "SHA-256" : "SHA-1");
      digest.update(bytes, 0, bytes.length - hashLength);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1 and SHA-256", e);
    }
  }
}
