package dev.pglet.verb.certificate;

import dev.pglet.cli.Cli;
import dev.pglet.cli.Options;
import dev.pglet.host.certificate.CertificateAuthority;
import dev.pglet.host.certificate.CertificateAuthority.ClientCertificate;
import dev.pglet.host.file.DurableFile;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.CommandContext;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code pglet ca export} and {@code pglet ca issue ROLE}: what clients need to check servers, and
 * to log in without a password.
 */
public final class CaCommand implements Command {
  private static final Duration OF_CLIENTS = Duration.ofDays(90);

  /** A common name has at most 64 characters; none of these can lead a file elsewhere. */
  private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,62}");

  @Override
  public CommandSpec spec() {
    return Options.verb(
            "ca",
            "Print the certificate of the local authority (export), or make a client's certificate (issue ROLE).")
        .addOption(
            Options.value(
                "PATH",
                "export: the file to write. issue: the directory for ROLE.crt and ROLE.key. Default of export: standard output.",
                "--out"))
        .addPositional(Options.words("export|issue [ROLE]", "1..2", "What to do."));
  }

  @Override
  public int run(ParseResult arguments, CommandContext context) throws ReconcileException {
    List<String> words = Options.words(arguments);
    Optional<Path> out =
        Optional.ofNullable(arguments.matchedOptionValue("--out", (String) null)).map(Path::of);
    CertificateAuthority authority =
        new CertificateAuthority(
            context.settings().secrets().resolve(CertificateAuthority.DIRECTORY),
            InstantSource.system());
    try {
      if (words.getFirst().equals("export") && words.size() == 1) {
        return export(authority, out, context);
      }
      if (words.getFirst().equals("issue") && words.size() == 2 && out.isPresent()) {
        return issue(authority, words.get(1), out.get(), context);
      }
    } catch (IOException e) {
      throw new HostUnavailable(
          "AuthorityUnusable",
          "using the certificate authority of " + context.settings().dataRoot() + ": " + e,
          "Run this as the user that pglet runs as, and see that it may write there",
          e);
    }
    context.err().println("usage: pglet ca export [--out FILE] | pglet ca issue ROLE --out DIR");
    return Cli.USAGE;
  }

  private static int export(
      CertificateAuthority authority, Optional<Path> out, CommandContext context)
      throws IOException, ReconcileException {
    String certificate =
        authority
            .certificate()
            .orElseThrow(
                () ->
                    new HostUnavailable(
                        "NoAuthority",
                        "there is no certificate authority in "
                            + context.settings().dataRoot()
                            + " yet",
                        "It is made with the first server that uses TLS"));
    if (out.isPresent()) {
      Files.writeString(out.get(), certificate);
    } else {
      context.out().print(certificate);
    }
    return Cli.OK;
  }

  private static int issue(
      CertificateAuthority authority, String role, Path directory, CommandContext context)
      throws IOException, InvalidSpec {
    if (!ROLE.matcher(role).matches()) {
      throw new InvalidSpec(
          "InvalidRole",
          "",
          "\"%s\" is no name of a role that a certificate can carry".formatted(role),
          "Use letters, digits, and _ . @ - between them, at most 63");
    }
    ClientCertificate client = authority.client(role, OF_CLIENTS);
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path certificate = directory.resolve(role + ".crt");
    Path key = directory.resolve(role + ".key");
    DurableFile.write(key, client.key().getBytes(StandardCharsets.US_ASCII));
    DurableFile.write(certificate, client.certificate().getBytes(StandardCharsets.US_ASCII));
    context
        .out()
        .println(
            "wrote %s and %s, valid for %d days".formatted(certificate, key, OF_CLIENTS.toDays()));
    return Cli.OK;
  }
}
