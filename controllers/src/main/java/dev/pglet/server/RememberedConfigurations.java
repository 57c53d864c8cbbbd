package dev.pglet.server;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.DurableFile;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.volume.Volume;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a volume remembers of its server's configurations: the last good one, to go back to, and the
 * newest that was not accepted, so that it is not tried again and again.
 */
final class RememberedConfigurations {
  static final String LAST_GOOD = "last-good";
  static final String REFUSED = "refused";
  static final List<String> FILES = List.of("postgresql.conf", "pg_hba.conf", "pg_ident.conf");

  private final Volume volume;
  private final ServerAccount account;

  RememberedConfigurations(Volume volume, ServerAccount account) {
    this.volume = volume;
    this.account = account;
  }

  /** A file for a candidate, which the account can read. */
  Path writeCandidate(String main) throws IOException {
    Path candidate = directory().resolve("candidate.conf");
    DurableFile.write(candidate, main, account);
    return candidate;
  }

  /** Writes the files of the server, the main one last: it carries the hash of all. */
  void writeInForce(Configuration configuration) throws IOException {
    write(volume.data(), configuration.identities(), "pg_ident.conf");
    write(volume.data(), configuration.access(), "pg_hba.conf");
    write(volume.data(), configuration.main(), "postgresql.conf");
  }

  void rememberGood() throws IOException {
    Path lastGood = directory().resolve(LAST_GOOD);
    Ownership.directory(lastGood, account, "rwx------");
    copy(volume.data(), lastGood);
  }

  /** The hash of the last good one, when there is one. */
  Optional<String> lastGood() throws IOException {
    Path main = directory().resolve(LAST_GOOD).resolve("postgresql.conf");
    return Files.exists(main) ? Configuration.hashOf(Files.readString(main)) : Optional.empty();
  }

  void restoreGood() throws IOException {
    copy(directory().resolve(LAST_GOOD), volume.data());
  }

  void rememberRefused(RefusedConfiguration refused) throws IOException {
    DurableFile.write(
        directory().resolve(REFUSED),
        refused.hash() + "\n" + refused.field() + "\n" + refused.message() + "\n",
        account);
  }

  static Optional<RefusedConfiguration> parseRefused(String content) {
    String[] parts = content.split("\n", 3);
    return parts.length < 3
        ? Optional.empty()
        : Optional.of(new RefusedConfiguration(parts[0], parts[1], parts[2].strip()));
  }

  private Path directory() throws IOException {
    Path directory = ServerHost.configurations(volume);
    Ownership.directory(directory, account, "rwx------");
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
