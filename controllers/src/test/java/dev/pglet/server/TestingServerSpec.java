package dev.pglet.server;

import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.certificate.Tls;
import dev.pglet.server.access.Access;
import dev.pglet.supervision.Lifecycle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a server shall be, changed by one wish at a time. It fits {@link TestingServer}. */
public record TestingServerSpec(
    boolean running,
    int port,
    String bindAddress,
    String version,
    Path pool,
    Map<String, String> parameters) {
  /** A server of PostgreSQL 17 that runs on whatever port it has. */
  public TestingServerSpec() {
    this(true, 0, "127.0.0.1", "17", TestingServer.POOL, Map.of());
  }

  public ServerSpec spec() {
    return new ServerSpec(
        TestingServer.KEY,
        TestingServer.UID,
        1,
        running,
        port,
        bindAddress,
        version,
        "auto",
        pool,
        Map.of(),
        parameters,
        List.of(),
        Map.of(),
        Access.DEFAULT,
        Tls.DEFAULT,
        Lifecycle.NONE);
  }

  /** As it is, with something asked of it beside. */
  public ServerSpec asked(Lifecycle lifecycle) {
    ServerSpec spec = spec();
    return new ServerSpec(
        spec.key(),
        spec.uid(),
        spec.incarnation(),
        spec.running(),
        spec.port(),
        spec.bindAddress(),
        spec.version(),
        spec.binaries(),
        spec.pool(),
        spec.typed(),
        spec.parameters(),
        spec.preload(),
        spec.enforced(),
        spec.access(),
        spec.tls(),
        lifecycle);
  }

  /** As it is, to be run as an account. */
  public ServerSpec by(String user) {
    return by(NamedAccount.of(user));
  }

  /** As it is, to be run as an account. */
  public ServerSpec by(NamedAccount user) {
    ServerSpec spec = spec();
    return new ServerSpec(
        spec.key(),
        spec.uid(),
        spec.incarnation(),
        spec.running(),
        spec.port(),
        spec.bindAddress(),
        spec.version(),
        spec.binaries(),
        spec.pool(),
        spec.driver(),
        spec.typed(),
        spec.parameters(),
        spec.preload(),
        spec.enforced(),
        spec.access(),
        spec.tls(),
        spec.lifecycle(),
        spec.places(),
        Optional.of(user));
  }

  public TestingServerSpec stopped() {
    return new TestingServerSpec(false, port, bindAddress, version, pool, parameters);
  }

  public TestingServerSpec onPort(int newPort) {
    return new TestingServerSpec(running, newPort, bindAddress, version, pool, parameters);
  }

  public TestingServerSpec at(String newBindAddress) {
    return new TestingServerSpec(running, port, newBindAddress, version, pool, parameters);
  }

  public TestingServerSpec of(String newVersion) {
    return new TestingServerSpec(running, port, bindAddress, newVersion, pool, parameters);
  }

  public TestingServerSpec in(Path newPool) {
    return new TestingServerSpec(running, port, bindAddress, version, newPool, parameters);
  }

  public TestingServerSpec with(Map<String, String> newParameters) {
    return new TestingServerSpec(running, port, bindAddress, version, pool, newParameters);
  }
}
