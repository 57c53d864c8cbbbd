package dev.pglet.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pglet.api.meta.ResourceKey;
import dev.pglet.manifest.edit.FileStamp;
import dev.pglet.manifest.edit.RegularFile;
import dev.pglet.manifest.edit.StatusRemoval;
import dev.pglet.manifest.parse.Utf8Text;
import dev.pglet.manifest.parse.YamlReader;
import dev.pglet.manifest.parse.YamlRejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One file, and what of it is accepted. Half a manifest is usually a valid manifest, so what was
 * read counts only once nobody seems to be writing any more: when two reads at least {@link
 * #SETTLE} apart are equal, or at once when the file has been quiet for so long. Guarded by the
 * lock of {@link ManifestDirectory}.
 */
final class SettlingFile {
  static final Duration SETTLE = Duration.ofMillis(500);

  /** Within this time after a change, a second change may leave the same stamp. */
  private static final Duration STAMP_RESOLUTION = Duration.ofSeconds(1);

  private final Path path;
  private final Path real;
  private final ManifestReader reader;
  private final Reading reading;

  private ManifestReader.Content content = NONE;

  /** What the file was before it became a mere beginning of that. */
  private @Nullable String whole;

  /** What stood in that, in force or refused because another file has it too. */
  private Set<ResourceKey> stoodInIt = Set.of();

  /**
   * What was in force from the path that it had before, or stood there and was refused because
   * another file had it too; nothing once it says something whole.
   */
  private final Set<ResourceKey> former = new HashSet<>();

  /** Whether the accepted version is cut off from that; found out once, as it means parsing. */
  private boolean cutOff;

  private @Nullable FileIdentity identity;
  private byte @Nullable [] accepted;
  private @Nullable FileStamp acceptedStamp;
  private boolean stampSuffices;
  private @Nullable Pending pending;
  private Instant unchangedSince = Instant.EPOCH;

  /**
   * What the accepted version holds, by document: told by the file and not by who wrote it last,
   * because a checkout takes a status away again.
   */
  private final Map<Integer, JsonNode> statuses = new HashMap<>();

  private static final ManifestReader.Content NONE =
      new ManifestReader.Content(List.of(), List.of(), Set.of());

  SettlingFile(Path path, Path real, ManifestReader reader) {
    this(path, real, reader, RegularFile::read);
  }

  SettlingFile(Path path, Path real, ManifestReader reader, Reading reading) {
    this.path = path;
    this.real = real;
    this.reader = reader;
    this.reading = reading;
  }

  /** Reads the first bytes of a regular file, which takes a moment. */
  @FunctionalInterface
  interface Reading {
    byte[] read(Path file, int atMost) throws IOException;
  }

  /** A read whose bytes may still be changing. */
  private static final class Pending {
    private final FileStamp stamp;
    private final byte[] bytes;
    private final Instant since;

    Pending(FileStamp stamp, byte[] bytes, Instant since) {
      this.stamp = stamp;
      this.bytes = bytes;
      this.since = since;
    }

    boolean isSame(FileStamp otherStamp, byte[] otherBytes) {
      return stamp.equals(otherStamp) && Arrays.equals(bytes, otherBytes);
    }
  }

  Path path() {
    return path;
  }

  Path real() {
    return real;
  }

  /** What the accepted version says. */
  ManifestReader.Content content() {
    return content;
  }

  boolean isPending() {
    return pending != null;
  }

  /**
   * Whether the accepted version seems to be what was left by a write that broke off: nothing but
   * comments, or a beginning of what the file was before that ends within a document.
   */
  boolean isCutOff() {
    boolean empty =
        accepted != null && content.manifests().isEmpty() && content.problems().isEmpty();
    return empty || cutOff;
  }

  /**
   * Whether it was in the file before that became a mere beginning of what it was, or was moved.
   */
  boolean stoodInIt(ResourceKey key) {
    return stoodInIt.contains(key) || former.contains(key);
  }

  /** What had been in force from the path that it had before, and may be so no more. */
  Set<ResourceKey> former() {
    return Set.copyOf(former);
  }

  /** Somebody has deleted it: it is not missed any more. */
  void forget(ResourceKey key) {
    former.remove(key);
  }

  /**
   * Whether its newest version, accepted or not, seems to be what was left by a write that broke
   * off.
   */
  boolean isNewestCutOff() {
    if (pending == null) {
      return isCutOff();
    }
    String before = whole(pending.bytes);
    ManifestReader.Content newest = newest();
    boolean empty = newest.manifests().isEmpty() && newest.problems().isEmpty();
    return empty || (before != null && isCutOff(text(pending.bytes), before));
  }

  /** Empty while it was never read. */
  Optional<FileIdentity> identity() {
    return Optional.ofNullable(identity);
  }

  /**
   * It is the same file as one that had another path.
   *
   * @param keys of what is in force from there
   */
  void movedFrom(SettlingFile other, Set<ResourceKey> keys) {
    if (whole == null) {
      whole = other.whole != null || other.accepted == null ? other.whole : text(other.accepted);
    }
    former.addAll(keys);
    former.addAll(keys(other.content.manifests()));
    former.addAll(other.stoodInIt);
    former.addAll(other.former);
  }

  private static Set<ResourceKey> keys(List<Manifest> manifests) {
    return manifests.stream().map(Manifest::key).collect(Collectors.toSet());
  }

  /**
   * With the statuses, as a broken write may end in one; and without, as an editor may not know
   * those that were written meanwhile. A text without any is compared without: one that ends right
   * before a status is what is left when somebody removes the documents behind it, as a checkout
   * does.
   */
  private static boolean isCutOff(String now, String before) {
    String ownNow = StatusRemoval.of(now);
    String ownBefore = StatusRemoval.of(before);
    boolean hasStatus = !ownNow.equals(now) || !isReadable(now);
    return (hasStatus && isBeginning(now, before) && !endsBehindADocument(now, before))
        || (isBeginning(ownNow, ownBefore) && !endsBehindADocument(ownNow, ownBefore));
  }

  /** Statuses are only found in a text that is YAML. */
  private static boolean isReadable(String text) {
    try {
      YamlReader.read(text);
      return true;
    } catch (YamlRejected e) {
      return false;
    }
  }

  private @Nullable String whole(byte[] bytes) {
    byte[] old = accepted;
    if (old == null && whole == null) {
      return null;
    }
    String before = whole != null ? whole : text(old);
    String now = text(bytes);
    boolean beginning =
        isBeginning(now, before) || isBeginning(StatusRemoval.of(now), StatusRemoval.of(before));
    return beginning ? before : null;
  }

  private static boolean isBeginning(String now, String before) {
    return now.length() < before.length() && before.startsWith(now);
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** As when somebody has removed the documents behind it. */
  private static boolean endsBehindADocument(String now, String before) {
    try {
      return YamlReader.read(before).stream()
          .map(document -> before.substring(0, document.head()))
          .anyMatch(text -> text.stripTrailing().equals(now.stripTrailing()));
    } catch (YamlRejected e) {
      return false;
    }
  }

  /** How long the accepted version has been the newest, but for what pglet itself wrote. */
  Duration quiet(Instant now) {
    if (pending != null || accepted == null) {
      return Duration.ZERO;
    }
    if (unchangedSince.isAfter(now)) {
      // The clock was set back: the time that has passed is unknown.
      unchangedSince = now;
    }
    return Duration.between(unchangedSince, now);
  }

  /** What the newest version says, accepted or not. */
  ManifestReader.Content newest() {
    return pending == null ? content : reader.read(path, pending.bytes);
  }

  /** The bytes of the accepted version; empty while there is none, or a newer one is pending. */
  Optional<byte[]> acceptedBytes() {
    return pending == null ? Optional.ofNullable(accepted) : Optional.empty();
  }

  /** Whether the file is the accepted version, byte for byte. */
  boolean isAccepted() {
    byte[] known = accepted;
    try {
      return pending == null
          && known != null
          && FileStamp.of(real).isRegularFile()
          && Arrays.equals(known, read());
    } catch (IOException e) {
      return false;
    }
  }

  /** When to look again; empty unless something is pending. */
  Optional<Duration> settlesIn(Instant now) {
    if (pending == null) {
      return Optional.empty();
    }
    Duration left = SETTLE.minus(Duration.between(pending.since, now));
    Duration quiet = pending.stamp.quietFor(now);
    if (!quiet.isNegative() && SETTLE.minus(quiet).compareTo(left) < 0) {
      left = SETTLE.minus(quiet);
    }
    return Optional.of(left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left);
  }

  /**
   * Looks at the file and reads it when it may have changed.
   *
   * @throws NoSuchFileException when it is gone
   */
  void look(Instant now) throws NoSuchFileException {
    try {
      FileStamp before = FileStamp.of(real);
      if (!before.isRegularFile()) {
        // Replaced since the directory was read. To open a named pipe would block for ever.
        throw new NoSuchFileException(real.toString());
      }
      if (pending == null && stampSuffices && before.equals(acceptedStamp)) {
        return;
      }
      if (pending != null && before.equals(pending.stamp) && mustWait(pending, before, now)) {
        return;
      }
      byte[] bytes = read();
      identity = FileIdentity.of(real);
      FileStamp after = FileStamp.of(real);
      judge(before.equals(after) ? before : null, after, bytes, now);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      reject(Listing.unreadable(e, "u+r", path));
    }
  }

  private boolean mustWait(Pending waiting, FileStamp stamp, Instant now) {
    Duration waited = Duration.between(waiting.since, now);
    if (waited.isNegative()) {
      // The clock was set back: the time that was waited is unknown, so wait once more.
      pending = new Pending(waiting.stamp, waiting.bytes, now);
      return true;
    }
    return waited.compareTo(SETTLE) < 0 && stamp.quietFor(now).compareTo(SETTLE) < 0;
  }

  private void judge(@Nullable FileStamp steady, FileStamp after, byte[] bytes, Instant now) {
    if (steady == null) {
      // It was changed while it was read: a part may be of the old and a part of the new text.
      pending = new Pending(after, bytes, now);
      return;
    }
    if (Arrays.equals(bytes, accepted)) {
      accept(bytes, steady, now);
      return;
    }
    boolean quiet = steady.quietFor(now).compareTo(SETTLE) >= 0;
    Pending waiting = pending;
    boolean same = waiting != null && waiting.isSame(steady, bytes);
    boolean waited =
        waiting != null && same && Duration.between(waiting.since, now).compareTo(SETTLE) >= 0;
    if (quiet || waited) {
      unchangedSince = waiting != null && same ? waiting.since : now.minus(steady.quietFor(now));
      accept(bytes, steady, now);
    } else if (!same) {
      pending = new Pending(steady, bytes, now);
    }
  }

  /**
   * What pglet itself has written needs no settling. It makes nothing whole that was cut off: to
   * complete the status behind which a file was cut brings nothing back of what came next.
   */
  void acceptOwn(byte[] bytes, Instant now) throws IOException {
    identity = FileIdentity.of(real);
    FileStamp stamp = FileStamp.of(real);
    if (!isCutOff()) {
      // From now on this is what it is compared with.
      whole = null;
      stoodInIt = Set.of();
    }
    read(bytes);
    accept(bytes, stamp, now);
  }

  private void read(byte[] bytes) {
    if (!Arrays.equals(bytes, accepted)) {
      content = reader.read(path, bytes);
      statuses.clear();
      accepted = bytes;
    }
  }

  private void accept(byte[] bytes, FileStamp stamp, Instant now) {
    if (!Arrays.equals(bytes, accepted)) {
      List<Manifest> old = content.manifests();
      String before = whole(bytes);
      if (whole == null || before == null) {
        stoodInIt = keys(before == null ? List.of() : old);
      }
      whole = before;
      cutOff = before != null && isCutOff(text(bytes), before);
      read(bytes);
    }
    if (!isCutOff() && content.problems().isEmpty()) {
      former.clear();
    }
    acceptedStamp = stamp;
    stampSuffices = stamp.quietFor(now).compareTo(STAMP_RESOLUTION) >= 0;
    pending = null;
  }

  private void reject(String message) {
    if (whole == null && accepted != null) {
      // What it says when it can be read again is compared with what it said before.
      whole = text(accepted);
      stoodInIt = keys(content.manifests());
    }
    content = ManifestReader.Content.rejected(new Problem(path, 0, 0, "", message));
    cutOff = false;
    accepted = null;
    acceptedStamp = null;
    pending = null;
    statuses.clear();
  }

  /** Whether the accepted version is known to hold a status; false when nobody has looked. */
  boolean holdsStatus(int document, JsonNode status) {
    return status.equals(statuses.get(document));
  }

  /** The accepted version was found to hold a status. */
  void foundStatus(int document, JsonNode status) {
    statuses.put(document, status.deepCopy());
  }

  private byte[] read() throws IOException {
    // One byte more than allowed, so that the reader refuses it as too large.
    return reading.read(real, Utf8Text.MAX_BYTES + 1);
  }
}
