package dev.pglet.reconcile.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.Identity;
import dev.pglet.api.meta.ResourceKey;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What is remembered of one resource.
 *
 * @param root the manifest root that it belongs to
 * @param specHash of the last accepted spec; empty when that was lost
 * @param document the text of the last accepted document without its status; empty when that was
 *     lost
 * @param file the path of the file that it stood in; empty when that is not known
 * @param resource the last accepted resource as bound, without status; empty when that was lost
 * @param created when the uid was given
 * @param tombstone the manifest is gone, and the deletion has begun
 * @param retained the deletion is finished, and something was kept
 * @param consent in use: a crash in the middle does not need a second one
 * @param spentConsents plan ids that were used and are not valid again
 */
public record InventoryEntry(
    ResourceKey key,
    Identity identity,
    String root,
    String specHash,
    String document,
    String file,
    Optional<ObjectNode> resource,
    Instant created,
    Optional<Tombstone> tombstone,
    boolean retained,
    Optional<Consent> consent,
    Set<String> spentConsents) {
  /**
   * When and why the deletion began.
   *
   * @param data whether the user asked for the data to go too, whatever the policy of the spec
   */
  public record Tombstone(Instant since, String why, boolean data) {
    private static final String MISSING = "its manifest is gone from ";

    public Tombstone(Instant since, String why) {
      this(since, why, false);
    }

    /** Nobody has asked for the deletion, but by removing the manifest from the root. */
    public static Tombstone ofMissing(Instant since, String root) {
      return new Tombstone(since, MISSING + root);
    }

    /** As above, and somebody has confirmed it. */
    public static Tombstone ofConfirmed(Instant since, String root) {
      return new Tombstone(since, MISSING + root + ", and that was confirmed");
    }

    /** Whether it was begun because a manifest is missing, which another scan may deny. */
    public boolean becauseMissing() {
      return why.startsWith(MISSING) && !data;
    }
  }

  /**
   * The user's consent to destructive steps, while they are being done.
   *
   * @param id the plan id that was confirmed
   * @param steps the destructive steps that it covers
   * @param data which data it was given to lose
   */
  public record Consent(String id, Set<String> steps, String data) {
    public Consent {
      steps = Set.copyOf(steps);
    }
  }

  public InventoryEntry {
    requireNonNull(key, "key is null");
    requireNonNull(identity, "identity is null");
    requireNonNull(root, "root is null");
    requireNonNull(file, "file is null");
    requireNonNull(created, "created is null");
    spentConsents = Set.copyOf(spentConsents);
  }

  /** An entry of something whose manifest nobody here has read. */
  public static InventoryEntry unread(
      ResourceKey key, Identity identity, String root, Instant created, boolean retained) {
    return new InventoryEntry(
        key,
        identity,
        root,
        "",
        "",
        "",
        Optional.empty(),
        created,
        Optional.empty(),
        retained,
        Optional.empty(),
        Set.of());
  }

  /** The same with a newly accepted document: what was being deleted or kept is resumed. */
  public InventoryEntry accepting(
      String newHash, String newDocument, String newFile, ObjectNode newResource) {
    boolean changed = !specHash.isEmpty() && !newHash.equals(specHash);
    return new InventoryEntry(
        key,
        new Identity(identity.uid(), identity.generation() + (changed ? 1 : 0)),
        root,
        newHash,
        newDocument,
        newFile,
        Optional.of(newResource),
        created,
        Optional.empty(),
        false,
        consent,
        spentConsents);
  }

  public InventoryEntry identifiedAs(String uid) {
    return new InventoryEntry(
        key,
        new Identity(uid, identity.generation()),
        root,
        specHash,
        document,
        file,
        resource,
        created,
        tombstone,
        retained,
        consent,
        spentConsents);
  }

  /** The same as another manifest root's. */
  public InventoryEntry belongingTo(String newRoot) {
    return new InventoryEntry(
        key,
        identity,
        newRoot,
        specHash,
        document,
        file,
        resource,
        created,
        tombstone,
        retained,
        consent,
        spentConsents);
  }

  public InventoryEntry deletedFor(Tombstone reason) {
    return ending(Optional.of(reason), false);
  }

  public InventoryEntry keptAfterDeletion() {
    return ending(Optional.empty(), true);
  }

  private InventoryEntry ending(Optional<Tombstone> newTombstone, boolean nowRetained) {
    return new InventoryEntry(
        key,
        identity,
        root,
        specHash,
        document,
        file,
        resource,
        created,
        newTombstone,
        nowRetained,
        Optional.empty(),
        spentConsents);
  }

  public InventoryEntry consenting(Consent newConsent) {
    return consenting(Optional.of(newConsent), spentConsents);
  }

  /** The steps that the user consented to are done. */
  public InventoryEntry spending(Consent done) {
    Set<String> spent = new HashSet<>(spentConsents);
    spent.add(done.id());
    return consenting(Optional.empty(), spent);
  }

  private InventoryEntry consenting(Optional<Consent> newConsent, Set<String> spent) {
    return new InventoryEntry(
        key,
        identity,
        root,
        specHash,
        document,
        file,
        resource,
        created,
        tombstone,
        retained,
        newConsent,
        spent);
  }
}
