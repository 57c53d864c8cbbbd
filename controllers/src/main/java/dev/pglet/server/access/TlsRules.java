package dev.pglet.server.access;

import dev.pglet.api.v1alpha1.SecuritySpec;
import dev.pglet.api.v1alpha1.SecuritySpec.Ssl;
import dev.pglet.host.certificate.Tls;
import dev.pglet.host.certificate.Tls.OwnFiles;
import dev.pglet.reconcile.InvalidSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a server's TLS cannot be, whatever there is on the host, and what it shall be. */
public final class TlsRules {
  private static final String FIELD = "spec.security.ssl.";

  /** What clients accept at most, by the rules of their makers. */
  private static final Duration LONGEST = Duration.ofDays(825);

  private TlsRules() {}

  /** All that is wrong, each with its field. */
  public static List<InvalidSpec> problems(SecuritySpec wanted) {
    List<InvalidSpec> problems = new ArrayList<>();
    Ssl ssl = wanted.ssl();
    paths(ssl, problems);
    if (duration(ssl.duration()).compareTo(LONGEST) > 0) {
      problems.add(
          new InvalidSpec(
              "DurationTooLong",
              FIELD + "duration",
              "%s is longer than %d days, which many clients do not accept"
                  .formatted(ssl.duration(), LONGEST.toDays()),
              "Choose 825d or less; certificates are renewed without a pause"));
    }
    if (duration(ssl.renewBefore()).compareTo(duration(ssl.duration())) >= 0) {
      problems.add(
          new InvalidSpec(
              "RenewedTooEarly",
              FIELD + "renewBefore",
              "a certificate that is valid for %s would be renewed %s before its end, so at once and always"
                  .formatted(ssl.duration(), ssl.renewBefore()),
              "Choose a renewBefore that is shorter than duration"));
    }
    if (!ssl.enabled()) {
      for (String field : AccessRules.encrypted(wanted.authentication())) {
        problems.add(
            new InvalidSpec(
                "TlsNeeded",
                field,
                "the line is for clients that use TLS, and spec.security.ssl.enabled is false",
                "Enable TLS, or write a line that begins with host"));
      }
    }
    return problems;
  }

  private static void paths(Ssl ssl, List<InvalidSpec> problems) {
    String certificate = ssl.certificatePath();
    String key = ssl.keyPath();
    if ((certificate == null) != (key == null)) {
      problems.add(
          new InvalidSpec(
              certificate == null ? "CertificateMissing" : "KeyMissing",
              FIELD + (certificate == null ? "keyPath" : "certificatePath"),
              certificate == null
                  ? "there is a key and no certificate"
                  : "there is a certificate and no key",
              "Set both certificatePath and keyPath, or none of them"));
    }
    path("certificatePath", certificate).ifPresent(problems::add);
    path("keyPath", key).ifPresent(problems::add);
  }

  private static Optional<InvalidSpec> path(String field, @Nullable String path) {
    if (path == null || Path.of(path).normalize().toString().equals(path)) {
      return Optional.empty();
    }
    return Optional.of(
        new InvalidSpec(
            "InvalidPath",
            FIELD + field,
            "%s leads around and not straight to a file".formatted(path),
            "Write " + Path.of(path).normalize()));
  }

  /** What a spec asks for that has passed. */
  public static Tls of(SecuritySpec wanted) {
    Ssl ssl = wanted.ssl();
    String certificate = ssl.certificatePath();
    String key = ssl.keyPath();
    return new Tls(
        ssl.enabled(),
        certificate == null || key == null
            ? Optional.empty()
            : Optional.of(new OwnFiles(Path.of(certificate), Path.of(key))),
        duration(ssl.duration()),
        duration(ssl.renewBefore()),
        Optional.ofNullable(ssl.ciphers()),
        ssl.minVersion(),
        AccessRules.certificates(wanted.authentication()));
  }

  private static Duration duration(String text) {
    long count = Long.parseLong(text.substring(0, text.length() - 1));
    return text.endsWith("h") ? Duration.ofHours(count) : Duration.ofDays(count);
  }
}
