package dev.pglet.server;

import dev.pglet.api.v1alpha1.ConnectionStatus;
import dev.pglet.api.v1alpha1.PostmasterStatus;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.reconcile.KindCondition;
import dev.pglet.supervision.Blocks;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
    String host =
        spec.bindAddress().contains(":") ? "[" + spec.bindAddress() + "]" : spec.bindAddress();
    String uri =
        "postgresql://%s@%s:%d/%s?passfile=%s"
            .formatted(
                encode(owner), host, observed.port().get(), encode(database), encode(passfile));
    return new ConnectionStatus(uri, observed.socketDirectory().toString(), passfile.toString());
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
