package dev.pglet.server;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.file.RegularFiles;
import dev.pglet.host.volume.Volume;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import dev.pglet.server.ServerObserved.RefusedConfiguration.Problem;
import dev.pglet.server.place.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configurations of a volume's server: the one in force, the last good one, to go back to, and
 * the newest that was not accepted, so that it is not tried again and again. They lie beside the
 * data directory, where the server reads them and cannot change them; symbolic links in the data
 * directory lead PostgreSQL there.
 */
final class RememberedConfigurations {
  static final String LAST_GOOD = "last-good";
  static final String REFUSED = "refused";
  static final String MAIN = "postgresql.conf";
  static final String ACCESS = "pg_hba.conf";
  static final String IDENTITIES = "pg_ident.conf";

  /** Larger than any configuration that pglet writes. */
  static final int LONGEST = 4 << 20;

  private static final List<String> FILES = List.of(MAIN, ACCESS, IDENTITIES);

  /** Of every file when the servers' account is that of this process. */
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rw-------");

  private final Volume volume;
  private final ServerAccount account;

  RememberedConfigurations(Volume volume, ServerAccount account) {
    this.volume = volume;
    this.account = account;
  }

  static Path lastGoodIn(Volume volume) {
    return ServerHost.configurations(volume).resolve(LAST_GOOD);
  }

  /** Whether the server will read its configuration where pglet writes it. */
  static boolean linked(Volume volume) throws IOException {
    for (String file : FILES) {
      if (!linked(volume, file)) {
        return false;
      }
    }
    return true;
  }

  /** The same of one file. */
  static boolean linked(Volume volume, String file) throws IOException {
    Path link = volume.data().resolve(file);
    return Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(target(volume, file));
  }

  /**
   * What is on the disk and not as {@link #writeInForce} leaves it, for people. Changes nothing.
   */
  List<String> differences(Configuration desired) throws IOException {
    List<String> differences = new ArrayList<>();
    for (String file : FILES) {
      Path path = ServerHost.configurations(volume).resolve(file);
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        differences.add(file + (Files.exists(path) ? " is no regular file" : " is gone"));
        continue;
      }
      String text = Files.readString(path);
      if (!text.equals(desired.text(file))) {
        String settings = String.join(", ", desired.differences(text));
        boolean named = file.equals(MAIN) && !settings.isEmpty();
        differences.add(file + " was changed" + (named ? " (" + settings + ")" : ""));
      } else if (!modeRight(path)) {
        differences.add(file + " has another owner or mode than pglet gives it");
      }
    }
    for (String file : FILES) {
      if (!linked(volume, file)) {
        differences.add("in the data directory, " + file + " is not pglet's link");
      }
    }
    return differences;
  }

  private boolean modeRight(Path file) throws IOException {
    return account.switching()
        ? Ownership.isReadable(file, account)
        : Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS).equals(OWNERS);
  }

  /** A file for a candidate, which the account can read. */
  Path writeCandidate(String main) throws IOException {
    Path candidate = directory().resolve("candidate.conf");
    DurableFile.write(candidate, main, account);
    return candidate;
  }

  /** Whether a setting, which the configuration has, is another one than in the file in force. */
  boolean changes(Configuration configuration, String setting) throws IOException {
    Path main = directory().resolve(MAIN);
    String value = configuration.settings().get(setting);
    return value != null
        && !(Files.exists(main)
            && value.equals(Configuration.settingsOf(Files.readString(main)).get(setting)));
  }

  /** Who may log in, as it is in its place; empty when nothing is there. */
  Optional<String> access() throws IOException {
    Path access = directory().resolve(ACCESS);
    return Files.exists(access) ? Optional.of(Files.readString(access)) : Optional.empty();
  }

  /** Writes who may log in, and nothing else. */
  void writeAccess(String access) throws IOException {
    write(directory(), access, ACCESS);
  }

  /** Puts the rules of the last good configuration back, when there is one. */
  void restoreGoodAccess() throws IOException {
    Path good = directory().resolve(LAST_GOOD).resolve(ACCESS);
    if (Files.exists(good)) {
      writeAccess(Files.readString(good));
    }
  }

  /** Writes the files of the server, the main one last: it carries the hash of all. */
  void writeInForce(Configuration configuration) throws IOException {
    Path directory = directory();
    write(directory, configuration.identities(), IDENTITIES);
    write(directory, configuration.access(), ACCESS);
    write(directory, configuration.main(), MAIN);
    link();
  }

  /**
   * Whether the configuration in force is one that an earlier pglet wrote, into the data directory.
   */
  static boolean adoptable(Volume volume) throws IOException {
    return Files.notExists(ServerHost.configurations(volume).resolve(MAIN))
        && Files.isRegularFile(volume.data().resolve(MAIN), LinkOption.NOFOLLOW_LINKS)
        && Configuration.hashOf(RegularFiles.text(volume.data(), MAIN, LONGEST)).isPresent();
  }

  /**
   * Takes over the files that an earlier pglet wrote into the data directory: what they say is what
   * a running server has read. The server reads them there until the next configuration is written.
   */
  void adopt() throws IOException {
    if (adoptable(volume)) {
      Path directory = directory();
      for (String file : FILES.reversed()) {
        write(directory, RegularFiles.text(volume.data(), file, LONGEST), file);
      }
    }
  }

  void rememberGood() throws IOException {
    Path lastGood = directory().resolve(LAST_GOOD);
    Ownership.ours(lastGood, account, VolumeOwnership.CONFIGURATION_MODE);
    copy(directory(), lastGood);
  }

  /** The hash of the last good one, when there is one. */
  Optional<String> lastGood() throws IOException {
    Path main = lastGoodIn(volume).resolve(MAIN);
    return Files.exists(main) ? Configuration.hashOf(Files.readString(main)) : Optional.empty();
  }

  /** The text of the last good postgresql.conf, which there is. */
  String lastGoodMain() throws IOException {
    return Files.readString(lastGoodIn(volume).resolve(MAIN));
  }

  void restoreGood() throws IOException {
    copy(directory().resolve(LAST_GOOD), directory());
    link();
  }

  /**
   * Remembers what was refused, and by which binaries.
   *
   * @param binaries see {@link BinariesFingerprint}
   */
  void rememberRefused(RefusedConfiguration refused, String binaries) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(refused.hash()).append(' ').append(binaries).append('\n');
    for (Problem problem : refused.problems()) {
      text.append(problem.field()).append('\n');
      text.append(problem.message().replace('\n', ' ')).append('\n');
    }
    DurableFile.write(directory().resolve(REFUSED), text.toString(), account);
  }

  /** What these binaries have refused; what others did, or was not written so, is tried again. */
  static Optional<RefusedConfiguration> parseRefused(String content, String binaries) {
    List<String> lines = content.lines().toList();
    if (lines.size() < 3 || !lines.getFirst().endsWith(" " + binaries)) {
      return Optional.empty();
    }
    List<Problem> problems = new ArrayList<>();
    for (int i = 1; i + 1 < lines.size(); i += 2) {
      problems.add(new Problem(lines.get(i), lines.get(i + 1)));
    }
    String hash = lines.getFirst().substring(0, lines.getFirst().indexOf(' '));
    return Optional.of(new RefusedConfiguration(hash, problems));
  }

  /**
   * Makes each link where the account cannot reach it and moves it over what is there: a rename
   * follows nothing.
   */
  private void link() throws IOException {
    if (linked(volume)) {
      return;
    }
    Path beside = directory();
    if (volume.isApart()) {
      beside = volume.beside();
      Ownership.ours(beside, account, Volume.MODE);
    }
    if (Places.adopted(volume.marker())) {
      // It may be another one than when the data was taken over.
      new AdoptedConfiguration(volume, account).keep();
    }
    for (String file : FILES.reversed()) {
      Path link = beside.resolve("." + file + ".link");
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, target(volume, file));
      Files.move(link, volume.data().resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }
    DurableFile.sync(volume.data());
  }

  private static Path target(Volume volume, String file) {
    return seenFromData(volume).resolve(file);
  }

  /** Relative, so that a volume may be moved, unless the data is not in it. */
  static Path seenFromData(Volume volume) {
    return volume.elsewhere().isPresent()
        ? ServerHost.configurations(volume)
        : volume.data().relativize(ServerHost.configurations(volume));
  }

  private Path directory() throws IOException {
    Path directory = ServerHost.configurations(volume);
    Ownership.ours(directory, account, VolumeOwnership.CONFIGURATION_MODE);
    return directory;
  }

  private void copy(Path from, Path to) throws IOException {
    for (String file : FILES.reversed()) {
      write(to, Files.readString(from.resolve(file)), file);
    }
  }

  private void write(Path directory, String content, String file) throws IOException {
    DurableFile.write(directory.resolve(file), content, account);
  }
}
