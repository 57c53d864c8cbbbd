package dev.pglet.server.place;

import dev.pglet.host.account.Reachability;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.Inventory;
import dev.pglet.host.volume.Pools;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Settings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Why directories cannot be a server's on this host. Changes nothing. Stateless. */
public final class PlaceChecks {
  private final Settings settings;
  private final Pools pools;
  private final ServerAccount account;

  public PlaceChecks(Settings settings, Pools pools, ServerAccount account) {
    this.settings = settings;
    this.pools = pools;
    this.account = account;
  }

  /**
   * All that is wrong with the directories, each with its field.
   *
   * @param volume of the server; empty while there is none
   */
  public List<InvalidSpec> problems(Places wanted, String uid, Path pool, Optional<Volume> volume) {
    List<InvalidSpec> problems = new ArrayList<>();
    volume.ifPresent(
        there -> {
          moved(there, Places.DATA_FACT, wanted.data(), "the data lies").ifPresent(problems::add);
          moved(there, Places.WAL_FACT, wanted.wal(), "the WAL lies").ifPresent(problems::add);
        });
    Map<String, Path> directories = wanted.byFact();
    if (!problems.isEmpty() || directories.isEmpty()) {
      return problems;
    }
    Map<Path, String> taken = taken(uid, pool);
    directories.forEach(
        (fact, directory) -> {
          boolean ours =
              volume.map(there -> ours(there.marker(), fact, directory.toString())).orElse(false);
          Optional<Adoption> adopted =
              fact.equals(Places.DATA_FACT) && !decided(volume)
                  ? wanted.adopts()
                  : Optional.empty();
          problem(
                  Places.field(fact),
                  directory,
                  taken,
                  ours,
                  adopted,
                  volume.map(Volume::directory))
              .ifPresent(problems::add);
        });
    return problems;
  }

  /** Once the data is the volume's it is not asked any more where it comes from. */
  private static boolean decided(Optional<Volume> volume) {
    return volume.map(there -> there.marker().phase() != VolumeMarker.Phase.BUILDING).orElse(false);
  }

  private static boolean ours(VolumeMarker marker, String fact, String directory) {
    return directory.equals(marker.fact(fact)) || PlaceFiles.former(marker).contains(directory);
  }

  private static Optional<InvalidSpec> moved(
      Volume volume, String fact, Optional<Path> wanted, String what) {
    Optional<String> is = Optional.ofNullable(volume.marker().fact(fact));
    if (is.equals(wanted.map(Path::toString))) {
      return Optional.empty();
    }
    return Optional.of(
        new InvalidSpec(
            "Immutable",
            Places.field(fact),
            "%s in %s and is not moved to %s"
                .formatted(
                    what,
                    is.orElse("the volume " + volume.directory()),
                    wanted.map(Path::toString).orElse("the volume " + volume.directory())),
            "%s, or make a new instance and copy the data with pg_dump"
                .formatted(is.map(was -> "Set it back to " + was).orElse("Remove the field"))));
  }

  /** What is somebody's already, and whose. */
  private Map<Path, String> taken(String uid, Path pool) {
    Map<Path, String> taken = new LinkedHashMap<>();
    taken.put(settings.dataRoot(), "pglet's data root");
    taken.put(settings.runDirectory(), "pglet's run directory");
    taken.put(pool, "the pool of this instance's volume");
    Inventory inventory = pools.inventory();
    Stream.concat(inventory.volumes().stream(), inventory.foreign().stream())
        .forEach(
            volume -> {
              taken.putIfAbsent(volume.pool(), "a pool of volumes");
              if (!volume.marker().uid().equals(uid)) {
                PlaceFiles.directories(volume)
                    .forEach(
                        directory ->
                            taken.put(directory, "a directory of " + volume.marker().key()));
              }
            });
    return taken;
  }

  private Optional<InvalidSpec> problem(
      String field,
      Path directory,
      Map<Path, String> taken,
      boolean ours,
      Optional<Adoption> adopted,
      Optional<Path> own) {
    for (Map.Entry<Path, String> other : taken.entrySet()) {
      if (PlaceRules.overlap(directory, other.getKey())) {
        return Optional.of(
            new InvalidSpec(
                "DirectoryTaken",
                field,
                "%s is, contains or lies in %s, %s"
                    .formatted(directory, other.getKey(), other.getValue()),
                "Choose a directory of its own"));
      }
    }
    try {
      Path existing = existing(directory);
      if (!existing.toRealPath().equals(existing)) {
        return Optional.of(
            new InvalidSpec(
                "LinkOnTheWay",
                field,
                "%s leads over a symbolic link: %s is %s"
                    .formatted(directory, existing, existing.toRealPath()),
                "Write the path without it: "
                    + existing.toRealPath().resolve(existing.relativize(directory))));
      }
      if (!Files.isDirectory(existing)) {
        return Optional.of(
            new InvalidSpec(
                "NoDirectory", field, existing + " is no directory", "Choose another place"));
      }
      Path above = existing.equals(directory) ? directory.getParent() : existing;
      Optional<InvalidSpec> open = above == null ? Optional.empty() : open(field, directory, above);
      if (open.isEmpty() && adopted.isPresent()) {
        return new AdoptionChecks(account).problem(field, directory, adopted.get(), own);
      }
      return open.isPresent() || ours || !existing.equals(directory)
          ? open
          : used(field, directory);
    } catch (IOException e) {
      return Optional.of(
          new InvalidSpec(
              "DirectoryUnreadable",
              field,
              "looking at %s: %s".formatted(directory, e.getMessage()),
              "See that pglet may read it and the directories above it"));
    }
  }

  /** The longest part of a path that is there, be it a link that leads nowhere. */
  private static Path existing(Path directory) {
    Path existing = directory;
    while (existing.getParent() != null && Files.notExists(existing, LinkOption.NOFOLLOW_LINKS)) {
      existing = existing.getParent();
    }
    return existing;
  }

  private Optional<InvalidSpec> open(String field, Path directory, Path above) throws IOException {
    try {
      Reachability.requireClosed(above, account);
    } catch (Refused e) {
      return Optional.of(new InvalidSpec(e.reason(), field, e.getMessage(), e.remedy(), e));
    }
    Optional<Path> closed = Reachability.of(account).firstClosed(above);
    if (closed.isPresent()) {
      return Optional.of(
          new InvalidSpec(
              "Unreachable",
              field,
              "the account %s cannot enter %s, and so cannot reach %s"
                  .formatted(account.name(), closed.get(), directory),
              "Choose a place that it can reach, or let it pass: chmod o+x " + closed.get()));
    }
    return Optional.empty();
  }

  /** What is in it, or whose it is, that nobody has given to this server. */
  private Optional<InvalidSpec> used(String field, Path directory) throws IOException {
    int uid = (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    boolean roots = account.switching() && uid == 0;
    if (uid != account.uid() && !roots) {
      return Optional.of(
          new InvalidSpec(
              "AnotherAccount",
              field,
              "%s belongs to the account %s, and the server runs as %s"
                  .formatted(directory, Files.getOwner(directory).getName(), account.name()),
              "Choose another directory, or give it away: chown %s %s"
                  .formatted(account.name(), directory)));
    }
    Path above = directory.getParent();
    boolean renamed =
        field.equals(Places.field(Places.DATA_FACT)) || field.equals(Places.field(Places.WAL_FACT));
    if (renamed
        && above != null
        && !Files.getAttribute(directory, "unix:dev")
            .equals(Files.getAttribute(above, "unix:dev"))) {
      return Optional.of(
          new InvalidSpec(
              "MountPoint",
              field,
              directory
                  + " is where a file system is mounted, and a directory of data or WAL lies below that",
              "Write a directory in it, such as " + directory.resolve("data")));
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      if (!entries.iterator().hasNext()) {
        return Optional.empty();
      }
    }
    boolean cluster =
        Files.isRegularFile(directory.resolve("PG_VERSION"), LinkOption.NOFOLLOW_LINKS);
    String remedy = "Choose another directory, or move away what is in it";
    if (cluster && field.equals(Places.field(Places.DATA_FACT))) {
      remedy += "; to take the cluster over as it is, write spec.bootstrap: {adopt: {}}";
    }
    return Optional.of(
        new InvalidSpec(
            "DirectoryNotEmpty",
            field,
            cluster
                ? directory + " holds a database cluster that this instance has not made"
                : directory + " is not empty, and what is in it is not this instance's",
            remedy));
  }
}
