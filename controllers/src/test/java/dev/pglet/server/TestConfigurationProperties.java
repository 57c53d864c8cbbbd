package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.host.command.CommandRunner.Invocation;
import dev.pglet.host.command.CommandRunner.Result;
import dev.pglet.host.command.LocalCommands;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.RealPostgres;
import dev.pglet.server.access.Access;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What holds for every spec, tried with random ones; a failure names its seed. */
final class TestConfigurationProperties {
  private static final int SEEDS = 500;

  /** Each is a start of PostgreSQL. */
  private static final int REAL_SEEDS = 40;

  private static final String[] PIECES = {
    "'",
    "''",
    "\\",
    "\\\\",
    "\\'",
    "\"",
    "\n",
    "\r",
    "\u0000",
    "\t",
    " ",
    "#",
    " = ",
    "include ",
    "include_if_exists '/etc/passwd'",
    "port = 1",
    "x",
    "42",
    "%m",
    "é",
    "🐘",
    ".",
    "$",
    ";",
    "@"
  };

  private static final List<String> MANDATORY =
      List.of(
          "port",
          "listen_addresses",
          "unix_socket_directories",
          "unix_socket_permissions",
          "password_encryption");

  @Test
  void mandatorySettingsWinOverWhateverIsWritten() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Map<String, String> hostile = new LinkedHashMap<>(parameters(random));
      for (String name : MANDATORY) {
        hostile.put(random.nextBoolean() ? name : name.toUpperCase(Locale.ROOT), "evil");
      }

      Map<String, String> settings =
          ServerSettings.of(
              new TestingServerSpec().with(hostile).spec(),
              TestingServer.created().observed().volume().orElseThrow(),
              Optional.empty(),
              TestingServer.SOCKET);

      assertThat(settings)
          .as("seed %d", seed)
          .containsEntry("port", Integer.toString(TestingServer.PORT))
          .containsEntry("listen_addresses", "127.0.0.1")
          .containsEntry("unix_socket_directories", TestingServer.SOCKET.toString())
          .containsEntry("unix_socket_permissions", "0777")
          .containsEntry("password_encryption", "scram-sha-256");
      assertThat(settings.values()).as("seed %d", seed).doesNotContain("evil");
    }
  }

  @Test
  void noNameOrValueThatIsAcceptedBecomesAnotherLine() {
    int accepted = 0;
    int refused = 0;
    for (int seed = 0; seed < 10 * SEEDS; seed++) {
      Random random = new Random(seed);
      Map<String, String> one =
          Map.of(random.nextBoolean() ? "work_mem" : text(random), text(random));
      if (!SettingRules.problems(one).isEmpty()) {
        refused++;
        continue;
      }
      accepted++;
      Configuration configuration = render(one);
      // The header, the setting and the hash.
      assertThat(configuration.main().split("\n", -1)).as("seed %d", seed).hasSize(4);
      Map<String, String> read = new TreeMap<>(Configuration.settingsOf(configuration.main()));
      read.remove(Configuration.HASH_SETTING);
      assertThat(read.values()).as("seed %d", seed).containsExactlyElementsOf(one.values());
    }
    assertThat(accepted).isGreaterThan(SEEDS);
    assertThat(refused).isGreaterThan(SEEDS);
  }

  @Test
  void everyAcceptedValueIsWhatARealPostgresReads() throws Exception {
    Binaries binaries = RealPostgres.system();
    try (RealPostgres postgres = new RealPostgres()) {
      Path data = postgres.cluster(binaries, "c");
      for (int seed = 0; seed < REAL_SEEDS; seed++) {
        String value = acceptedValue(new Random(seed));
        Path file = data.resolve("candidate.conf");
        postgres.write(file, render(Map.of("pglet_test.value", value)).main());

        Result result =
            new LocalCommands()
                .run(
                    Invocation.of(
                            Duration.ofSeconds(60),
                            binaries.bin("postgres"),
                            "-D",
                            data.toString(),
                            "-c",
                            "config_file=" + file,
                            "-C",
                            "pglet_test.value")
                        .as(postgres.account));

        assertThat(result.exitCode()).as("seed %d: %s", seed, result.stderr()).isZero();
        assertThat(result.stdout()).as("seed %d", seed).isEqualTo(value + "\n");
      }
    }
  }

  private static String acceptedValue(Random random) {
    String value = text(random);
    while (!SettingRules.problems(Map.of("pglet_test.value", value)).isEmpty()) {
      value = text(random);
    }
    return value;
  }

  private static Configuration render(Map<String, String> settings) {
    return Configuration.render(settings, new TreeSet<>(List.of("postgres")), Access.DEFAULT);
  }

  private static Map<String, String> parameters(Random random) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      parameters.put("custom.s" + random.nextInt(100), text(random));
    }
    return parameters;
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }
}
