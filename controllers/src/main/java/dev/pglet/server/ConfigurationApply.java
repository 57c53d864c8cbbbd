package dev.pglet.server;

import dev.pglet.host.certificate.ShownCertificate;
import dev.pglet.host.postgres.Binaries;
import dev.pglet.host.postgres.PostgresServer.ConfigurationProblem;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.StepFailed;
import dev.pglet.server.ServerObserved.RefusedConfiguration;
import dev.pglet.server.ServerObserved.RefusedConfiguration.Problem;
import dev.pglet.server.access.Access;
import dev.pglet.server.access.NetworkAddress;
import dev.pglet.server.access.RuleFile;
import dev.pglet.server.config.SettingConflicts;
import dev.pglet.server.config.TypedFields;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Puts a configuration into force: candidate, check, files, reload, proof. */
final class ConfigurationApply {
  private static final Duration RELOAD_DEADLINE = Duration.ofSeconds(10);
  private static final String CERTIFICATE_SETTING = "ssl_cert_file";
  private static final Duration POLL = Duration.ofMillis(3);

  private final ServerHost host;

  ConfigurationApply(ServerHost host) {
    this.host = host;
  }

  /**
   * Checks the candidate, writes the files, and lets a running server read them. A candidate that
   * is not accepted changes nothing; it is checked again when the binaries or their libraries have
   * changed, as what it lacks may have been installed.
   */
  void apply(ServerSpec spec, Volume volume, Binaries binaries, boolean running)
      throws ReconcileException {
    Configuration configuration = host.configuration(spec, volume, Optional.of(binaries));
    RememberedConfigurations remembered = new RememberedConfigurations(volume, host.account());
    boolean newCertificate;
    try {
      requireAddressOfHost(spec);
      Path candidate = remembered.writeCandidate(configuration.main());
      List<ConfigurationProblem> problems =
          new ArrayList<>(host.server().check(binaries, volume.data(), candidate, host.account()));
      SettingConflicts.of(
              configuration.settings(),
              binaries.version().major(),
              WalSegmentSize.megabytes(volume.marker()))
          .forEach(
              conflict ->
                  problems.add(
                      new ConfigurationProblem(0, conflict.setting(), conflict.message())));
      if (!problems.isEmpty()) {
        RefusedConfiguration refused =
            new RefusedConfiguration(
                configuration.hash(),
                problems.stream().map(problem -> refused(spec, configuration, problem)).toList());
        remembered.rememberRefused(refused, BinariesFingerprint.of(binaries));
        if (!running && remembered.lastGood().isPresent()) {
          // The next stage starts the server as it was, and then says what was refused.
          return;
        }
        throw ServerPlanner.invalid(refused);
      }
      if (running) {
        Optional<RefusedConfiguration> refused = tryRules(spec, volume, remembered, configuration);
        if (refused.isPresent()) {
          remembered.rememberRefused(refused.get(), BinariesFingerprint.of(binaries));
          throw ServerPlanner.invalid(refused.get());
        }
      }
      newCertificate = remembered.changes(configuration, CERTIFICATE_SETTING);
      remembered.writeInForce(configuration);
    } catch (IOException e) {
      throw FileFailure.of("writing the configuration of " + spec.key(), e);
    }
    if (running) {
      reload(volume, configuration.hash());
      if (newCertificate) {
        proveCertificate(spec, volume, remembered, configuration, binaries);
      }
    }
  }

  /** PostgreSQL would only say so when it is down already. */
  private static void requireAddressOfHost(ServerSpec spec) throws InvalidSpec, SocketException {
    Optional<InetAddress> address = NetworkAddress.literal(spec.bindAddress());
    boolean here =
        address.isEmpty()
            || address.get().isAnyLocalAddress()
            || address.get().isLoopbackAddress()
            || NetworkInterface.getByInetAddress(address.get()) != null;
    if (!here) {
      throw new InvalidSpec(
          "AddressUnavailable",
          "spec.network.bindAddress",
          "no interface of this host has the address " + spec.bindAddress(),
          "Choose one that `ip address` shows, or 0.0.0.0 or :: for all; it is looked at again every minute");
    }
  }

  /**
   * A server goes on with the certificate that it has when it cannot load another one, and could
   * then not start with that: so it is asked which one it shows, and what it does not is taken
   * back.
   */
  private void proveCertificate(
      ServerSpec spec,
      Volume volume,
      RememberedConfigurations remembered,
      Configuration configuration,
      Binaries binaries)
      throws ReconcileException {
    String words;
    try {
      Optional<X509Certificate> wanted =
          host.certificates().certificate(host.certified(spec, volume));
      if (wanted.equals(Optional.of(ShownCertificate.at(address(spec, volume))))) {
        return;
      }
      words = "the server goes on with the certificate that it had";
    } catch (SocketException | SocketTimeoutException e) {
      // It waits for the restart that makes it listen there; a start fails with a bad certificate.
      return;
    } catch (IOException e) {
      words = "no TLS session was possible: " + e.getMessage();
    }
    RefusedConfiguration refused =
        new RefusedConfiguration(
            configuration.hash(),
            List.of(
                new Problem(
                    "spec.security.ssl", words + "; why is in its log " + ServerHost.log(volume))));
    try {
      remembered.rememberRefused(refused, BinariesFingerprint.of(binaries));
      Optional<String> good = remembered.lastGood();
      if (good.isPresent()) {
        remembered.restoreGood();
        reload(volume, good.get());
      }
    } catch (IOException e) {
      throw FileFailure.of("going back to the last good configuration of " + spec.key(), e);
    }
    throw ServerPlanner.invalid(refused);
  }

  private static InetSocketAddress address(ServerSpec spec, Volume volume) {
    int port = PidFile.read(volume.data()).map(PidFile::port).orElse(volume.marker().port());
    String address =
        switch (spec.bindAddress()) {
          case "0.0.0.0", "localhost" -> "127.0.0.1";
          case "::" -> "::1";
          default -> spec.bindAddress();
        };
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  /**
   * Who may log in is checked by the server itself, which does so for the file in its place only:
   * it is put there without a signal, and taken back when it would not be loaded.
   */
  private Optional<RefusedConfiguration> tryRules(
      ServerSpec spec,
      Volume volume,
      RememberedConfigurations remembered,
      Configuration configuration)
      throws ReconcileException, IOException {
    Optional<String> before = remembered.access();
    try (Connection connection = open(volume)) {
      if (!before.equals(Optional.of(configuration.access()))) {
        remembered.writeAccess(configuration.access());
      }
      List<RuleFile.Complaint> complaints = RuleFile.complaints(connection);
      if (complaints.isEmpty()) {
        return Optional.empty();
      }
      remembered.writeAccess(before.orElse(Access.DEFAULT.text()));
      if (!RuleFile.complaints(connection).isEmpty()) {
        // It was left there by a pglet that was ended just now.
        remembered.restoreGoodAccess();
      }
      return Optional.of(
          new RefusedConfiguration(
              configuration.hash(),
              complaints.stream()
                  .map(
                      complaint ->
                          new Problem(spec.access().field(complaint.line()), complaint.message()))
                  .toList()));
    } catch (SQLException e) {
      throw new StepFailed(
          "RulesUnproven",
          "asking the server whether it accepts its rules: " + e.getMessage(),
          "See the log of the server; it is tried again",
          e);
    }
  }

  /** Signals the server and waits until a session shows the hash. */
  void reload(Volume volume, String hash) throws ReconcileException {
    host.server().reload(volume.data());
    try (Connection connection = open(volume);
        Statement statement = connection.createStatement()) {
      long deadline = System.nanoTime() + RELOAD_DEADLINE.toNanos();
      while (!hash.equals(
          ask(statement, "SELECT current_setting('pglet.config_hash', true)").orElse(""))) {
        if (System.nanoTime() > deadline) {
          String errors =
              ask(
                      statement,
                      "SELECT string_agg(format('%s: %s', name, error), '; ')"
                          + " FROM pg_catalog.pg_file_settings WHERE error IS NOT NULL")
                  .orElse("it does not say why");
          throw new StepFailed(
              "ReloadRefused",
              "the server did not read its new configuration within "
                  + RELOAD_DEADLINE.toSeconds()
                  + " s: "
                  + errors,
              "Correct the settings that it names, and see its log " + ServerHost.log(volume));
        }
        Thread.sleep(POLL);
      }
    } catch (SQLException e) {
      throw new StepFailed(
          "ReloadUnproven",
          "asking the server what it has read: " + e.getMessage(),
          "The server may have read it all the same; pglet looks again",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnavailable(
          "Interrupted",
          "waiting for a reload was interrupted",
          "It is looked at again when pglet runs again",
          e);
    }
  }

  void resetOverrides(Volume volume, List<String> settings) throws ReconcileException {
    try (Connection connection = open(volume);
        Statement statement = connection.createStatement()) {
      for (String setting : settings) {
        statement.execute("ALTER SYSTEM RESET " + Sql.identifiers(setting));
      }
    } catch (SQLException e) {
      throw new StepFailed(
          "ResetFailed",
          "resetting %s: %s".formatted(String.join(", ", settings), e.getMessage()),
          "Run that ALTER SYSTEM RESET yourself, or remove the lines from postgresql.auto.conf",
          e);
    }
    host.server().reload(volume.data());
  }

  private Connection open(Volume volume) throws SQLException, HostUnavailable {
    PidFile pidFile =
        PidFile.read(volume.data())
            .orElseThrow(
                () ->
                    new HostUnavailable(
                        "ServerGone",
                        "the server of " + volume.marker().key() + " is gone",
                        "Nothing needs to be done: it is started again"));
    return host.connections()
        .open(
            pidFile.socketDirectory().orElse(host.socketDirectory(volume.marker().uid())),
            pidFile.port(),
            "postgres");
  }

  private static Problem refused(
      ServerSpec spec, Configuration configuration, ConfigurationProblem problem) {
    String setting = problem.setting();
    if (setting.isEmpty() && problem.line() > 0) {
      setting = settingAt(configuration.main(), problem.line());
    }
    return new Problem(
        fieldOf(spec, setting.toLowerCase(Locale.ROOT)), problem.message().replace('\n', ' '));
  }

  /** The field that gives a setting, by its name in lower case. */
  private static String fieldOf(ServerSpec spec, String setting) {
    return spec.parameters().keySet().stream()
        .filter(name -> name.toLowerCase(Locale.ROOT).equals(setting))
        .findFirst()
        .map(SettingRules::field)
        .orElse(TypedFields.of(setting));
  }

  /** The field to blame for what some changed settings lead to together. */
  static String fieldOf(ServerSpec spec, Set<String> changed) {
    return changed.size() == 1 ? fieldOf(spec, changed.iterator().next()) : "spec.parameters";
  }

  private static String settingAt(String main, int line) {
    List<String> lines = main.lines().toList();
    String text = line <= lines.size() ? lines.get(line - 1) : "";
    int equals = text.indexOf(" = ");
    return equals > 0 ? text.substring(0, equals) : "";
  }

  private static Optional<String> ask(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
    }
  }
}
