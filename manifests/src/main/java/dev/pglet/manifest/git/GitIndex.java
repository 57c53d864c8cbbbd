package dev.pglet.manifest.git;

import dev.pglet.manifest.edit.FileStamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The bytes of git's index, versions 2 to 4, in which what {@code stat} says of a file can be
 * renewed. git takes a file whose size is not the remembered one for modified, without asking the
 * filter. One that is as remembered, and not older than the index itself, it compares: it may have
 * been changed in the moment in which the index was written. So an index that is as old as the
 * oldest renewed file hides no change: it makes git look. Nothing else of the index is touched.
 */
final class GitIndex {
  private static final int HEADER = 12;
  private static final int MODE_AT = 24;
  private static final int OWNER_AT = 28;
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
   * Renews entries, in the given bytes.
   *
   * @param sha256 whether the repository's objects are named by SHA-256
   * @param stamps what the files are now, by their paths in the repository
   * @return those whose entries were not so before, and are now
   * @throws IOException when it is no index of a known version, or a damaged one
   */
  static List<FileStamp> renew(byte[] bytes, boolean sha256, Map<String, FileStamp> stamps)
      throws IOException {
    try {
      return new GitIndex(bytes, sha256 ? 32 : 20).renew(stamps);
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("it ends in the middle of an entry", e);
    }
  }

  private List<FileStamp> renew(Map<String, FileStamp> stamps) throws IOException {
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
    List<FileStamp> renewed = walk(version, stamps);
    if (!renewed.isEmpty() && summed) {
      System.arraycopy(checksum(), 0, bytes, bytes.length - hashLength, hashLength);
    }
    return renewed;
  }

  private List<FileStamp> walk(int version, Map<String, FileStamp> stamps) throws IOException {
    int count = buffer.getInt(8);
    List<FileStamp> renewed = new ArrayList<>();
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
      FileStamp stamp = stamps.get(new String(path, StandardCharsets.UTF_8));
      if (stamp != null && (flags & STAGE) == 0 && renewOne(at, stamp)) {
        renewed.add(stamp);
      }
      at = version == 4 ? end + 1 : at + ((end - at) / 8 + 1) * 8;
    }
    refuseSplit(at);
    return renewed;
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

  private boolean renewOne(int at, FileStamp stamp) {
    if ((buffer.getInt(at + MODE_AT) & TYPE) != REGULAR) {
      return false;
    }
    byte[] before = Arrays.copyOfRange(bytes, at, at + OBJECT_AT);
    putTime(at, stamp.changed());
    putTime(at + 8, stamp.modified());
    buffer
        .putInt(at + 16, (int) stamp.device())
        .putInt(at + 20, (int) stamp.inode())
        .putInt(at + OWNER_AT, stamp.owner())
        .putInt(at + OWNER_AT + 4, stamp.group())
        .putInt(at + OWNER_AT + 8, (int) stamp.size());
    return !Arrays.equals(before, 0, OBJECT_AT, bytes, at, at + OBJECT_AT);
  }

  private void putTime(int at, Instant time) {
    long seconds = time.getEpochSecond();
    buffer.putInt(at, (int) seconds).putInt(at + 4, time.getNano());
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
