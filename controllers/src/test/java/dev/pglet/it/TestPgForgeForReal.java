package dev.pglet.it;

import static dev.pglet.it.Pglet.ask;
import static dev.pglet.it.Pglet.connect;
import static dev.pglet.it.Pglet.superuser;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A manifest of PgForge is one of pglet, too. */
@Timeout(600)
final class TestPgForgeForReal {
  @Test
  void aManifestOfPgForgeConvergesAndIsInForce() throws Exception {
    requireLocale();
    try (Pglet pglet = Pglet.inMemory()) {
      Path outside = pglet.base().resolve("outside");
      pglet.write("billing.yaml", manifest(outside));
      pglet.converge();

      JsonNode billing = pglet.instance("billing");
      Path data = outside.resolve("lib/billing");
      assertThat(billing.at("/status/dataDirectory").asText()).isEqualTo(data.toString());
      assertThat(billing.at("/status/version").asText()).isEqualTo("15.3");
      assertThat(billing.at("/status/port").asInt()).isEqualTo(5543);
      try (Connection connection = superuser(billing, "billing_live")) {
        assertThat(ask(connection, "SHOW data_directory")).isEqualTo(data.toString());
        assertThat(ask(connection, "SHOW log_directory")).isEqualTo(outside + "/log/billing");
        assertThat(ask(connection, "SHOW shared_buffers")).isEqualTo("192MB");
        assertThat(ask(connection, "SHOW max_connections")).isEqualTo("150");
        assertThat(ask(connection, "SHOW archive_mode")).isEqualTo("on");
        assertThat(ask(connection, "SHOW lc_collate")).isEqualTo("en_US.UTF-8");
        assertThat(ask(connection, "SHOW pg_stat_statements.max")).isEqualTo("5000");
        assertThat(ask(connection, "SELECT count(*) FROM pg_extension")).isEqualTo("4");
      }
      try (Connection connection = connect(billing)) {
        assertThat(ask(connection, "SELECT current_user || '@' || current_database()"))
            .isEqualTo("billing_app@billing_live");
      }

      pglet.steps().forget();
      pglet.restart();
      pglet.converge();
      assertThat(pglet.steps().names()).isEmpty();
    }
  }

  /** Its directories are below those of the test, and its status is whatever it is. */
  private static String manifest(Path outside) throws IOException {
    try (InputStream text = TestPgForgeForReal.class.getResourceAsStream("pgforge.yaml")) {
      return new String(requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8)
          .replace("/var/lib/postgresql/pglet", outside.resolve("lib").toString())
          .replace("/var/log/postgresql/pglet", outside.resolve("log").toString());
    }
  }

  /** As hack/test makes it: a host of one language has no other. */
  private static void requireLocale() throws Exception {
    if (Files.exists(Path.of("/usr/lib/locale/en_US.utf8"))) {
      return;
    }
    new ProcessBuilder("localedef", "-i", "en_US", "-f", "UTF-8", "en_US.UTF-8")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
    Process listing = new ProcessBuilder("locale", "-a").start();
    String locales = new String(listing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(locales).as("run hack/test, which makes it").contains("en_US.utf8");
  }
}
