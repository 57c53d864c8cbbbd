package dev.pglet.server;

import dev.pglet.api.v1alpha1.CertificatesStatus;
import dev.pglet.api.v1alpha1.CertificatesStatus.Authority;
import dev.pglet.api.v1alpha1.CertificatesStatus.Server;
import dev.pglet.api.v1alpha1.ConnectionStatus;
import dev.pglet.api.v1alpha1.PostmasterStatus;
import dev.pglet.api.v1alpha1.StorageStatus;
import dev.pglet.host.certificate.CertificateSeen;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.supervision.Blocks;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parts of a status that every server has. Pure. */
public final class ServerReport {
  private ServerReport() {}

  /** How to connect: a libpq URI that works when pasted, for whoever may read the passfile. */
  public static @Nullable ConnectionStatus connection(
      ServerSpec spec, ServerObserved observed, String database, String owner, Path passfile) {
    if (observed.port().isEmpty()) {
      return null;
    }
    String address =
        switch (spec.bindAddress()) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::" -> "::1";
          default -> spec.bindAddress();
        };
    String host = address.contains(":") ? "[" + address + "]" : address;
    String uri =
        "postgresql://%s@%s:%d/%s?passfile=%s"
            .formatted(
                encode(owner), host, observed.port().get(), encode(database), encode(passfile));
    return new ConnectionStatus(uri, observed.socketDirectory().toString(), passfile.toString());
  }

  /** Which certificates clients meet; null without TLS. */
  public static @Nullable CertificatesStatus certificates(ServerObserved observed) {
    CertificateSeen seen = observed.certificate();
    return seen.server()
        .map(
            server ->
                new CertificatesStatus(
                    seen.authority()
                        .map(ca -> new Authority(ca.subject(), ca.notAfter().toString()))
                        .orElse(null),
                    new Server(server.notAfter().toString(), server.source())))
        .orElse(null);
  }

  /** A warning when a certificate ends that pglet cannot replace. */
  public static Optional<KindCondition> endingCertificate(ServerObserved observed) {
    CertificateSeen seen = observed.certificate();
    return seen.server()
        .filter(_ -> seen.ending())
        .map(
            server ->
                KindCondition.yes(
                    "CertificateEnding",
                    "OwnCertificateEnds",
                    "the certificate %s ends on %s; put a new one and its key in place of the two files"
                        .formatted(server.source(), server.notAfter())));
  }

  /** How the data is held. */
  public static @Nullable StorageStatus storage(ServerObserved observed) {
    return observed
        .volume()
        .map(volume -> new StorageStatus(volume.marker().driver(), volume.pool().toString()))
        .orElse(null);
  }

  /** Which process is the server. */
  public static @Nullable PostmasterStatus postmaster(ServerObserved observed) {
    return observed
        .postmaster()
        .map(p -> new PostmasterStatus(p.pid(), p.startTicks(), p.bootId()))
        .orElse(null);
  }

  /** RFC 3339, to the second: a derived time must not tick. */
  public static @Nullable String startTime(ServerObserved observed) {
    return observed
        .postmaster()
        .map(Postmaster::startTime)
        .map(millis -> Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString())
        .orElse(null);
  }

  /** What keeps it from being started, or will soon end it. */
  public static List<KindCondition> conditions(ServerObserved observed) {
    return Blocks.conditions(observed.supervision(), observed.ends(), observed.running());
  }

  private static String encode(Path path) {
    return encode(path.toString()).replace("%2F", "/");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
