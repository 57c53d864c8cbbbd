package dev.pglet.instance.role;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pglet.host.file.DurableFile;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.server.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Which passwords pglet has set, as hashes with a key of the instance's own: of the secret, and of
 * the verifier that the server made of it. So a changed secret and a password that somebody else
 * has set are both seen, and neither a password nor a verifier is kept. Losing the file only sets
 * every password once more. Immutable.
 *
 * @param key hexadecimal; empty before the first password
 * @param roles by name
 */
record AppliedPasswords(int formatVersion, String key, Map<String, Hashes> roles) {
  private static final int FORMAT = 1;
  private static final int KEY_BYTES = 32;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SecureRandom RANDOM = new SecureRandom();
  static final AppliedPasswords NONE = new AppliedPasswords(FORMAT, "", Map.of());

  /** Of one role. */
  record Hashes(String secret, String verifier) {}

  AppliedPasswords {
    roles = Map.copyOf(roles);
  }

  /**
   * What the file says; nothing when it is missing, or of a newer pglet, which wrote it otherwise.
   */
  static AppliedPasswords read(Path file) throws HostUnavailable {
    try {
      AppliedPasswords read = JSON.readValue(Files.readAllBytes(file), AppliedPasswords.class);
      return read.formatVersion() == FORMAT ? read : NONE;
    } catch (NoSuchFileException e) {
      return NONE;
    } catch (IOException e) {
      throw FileFailure.of("reading " + file, e);
    }
  }

  /** Notes that the server has made the verifier of the secret. */
  AppliedPasswords with(String role, String secret, String verifier) {
    AppliedPasswords keyed = key.isEmpty() ? new AppliedPasswords(FORMAT, newKey(), roles) : this;
    Map<String, Hashes> more = new TreeMap<>(roles);
    more.put(role, new Hashes(keyed.hash(secret), keyed.hash(verifier)));
    return new AppliedPasswords(FORMAT, keyed.key, more);
  }

  void write(Path file) throws HostUnavailable {
    try {
      DurableFile.write(file, JSON.writeValueAsBytes(this));
    } catch (IOException e) {
      throw FileFailure.of("writing " + file, e);
    }
  }

  /** Empty while there is no key. */
  String hash(String text) {
    if (key.isEmpty()) {
      return "";
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(HexFormat.of().parseHex(key), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)), 0, 16);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  /** Whether the server still has what was set, and that is the secret. */
  boolean inForce(String role, String secret, String verifierHash) {
    Hashes hashes = roles.get(role);
    return hashes != null
        && !key.isEmpty()
        && hashes.secret().equals(hash(secret))
        && hashes.verifier().equals(verifierHash);
  }

  private static String newKey() {
    byte[] bytes = new byte[KEY_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
