package dev.pglet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.host.account.AccountDatabase;
import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.account.NamedAccounts;
import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.account.TestingAccounts;
import dev.pglet.host.volume.Volume;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.reconcile.InvalidSpec;
import dev.pglet.reconcile.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which account a server runs as, and what of that may change: nothing. */
final class TestServerHosts {
  private static final ServerAccount PGLET = new ServerAccount("pglet", 900, 900, true);
  private static final ServerAccount APP = new ServerAccount("app", 1001, 1001, true);

  @TempDir private Path directory;

  private final TestingAccounts database =
      new TestingAccounts(new AccountDatabase.Entry("root", 0, 0))
          .with(new AccountDatabase.Entry("pglet", 900, 900))
          .with(new AccountDatabase.Entry("app", 1001, 1001));
  private final TestingServerSpec asked = new TestingServerSpec();
  private ServerHosts hosts;
  private TestingAdoption world;

  @BeforeEach
  void open() throws Exception {
    volume(Map.of());
  }

  private void volume(Map<String, String> facts) throws Exception {
    world =
        new TestingAdoption(
            Files.createTempDirectory(directory, "world"), VolumeMarker.Phase.READY, facts);
    hosts = new ServerHosts(world.host().as(PGLET), new NamedAccounts(database, PGLET));
  }

  private List<InvalidSpec> problems(ServerSpec spec) throws Exception {
    return hosts.problems(spec, Optional.of(world.volume()));
  }

  private ServerAccount account(ServerSpec spec) throws Exception {
    return hosts.of(spec).account();
  }

  private void assertImmutable(ServerSpec spec, String... words) throws Exception {
    assertThat(problems(spec))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.reason()).isEqualTo("Immutable");
              assertThat(problem.field()).isEqualTo("spec.runtime.user");
              assertThat(problem.explain()).contains(words);
            });
  }

  @Test
  void aServerThatIsToBeMadeGetsTheAccountThatIsNamed() throws Exception {
    hosts.ofDaemon().volumes().destroy(world.volume().pool(), TestingServer.VOLUME);
    assertThat(account(asked.spec())).isEqualTo(PGLET);
    assertThat(account(asked.by("app"))).isEqualTo(APP);
    assertThat(hosts.problems(asked.by("app"), Optional.empty())).isEmpty();
    assertThat(hosts.problems(asked.by("bert"), Optional.empty()))
        .extracting(InvalidSpec::reason)
        .containsExactly("AccountNotLocal");
    assertThat(catchThrowableOfType(InvalidSpec.class, () -> hosts.of(asked.by("root"))).reason())
        .as("also when only the step looks")
        .isEqualTo("AccountIsRoot");
  }

  @Test
  void whatTheMarkerSaysWinsOverTheSpec() throws Exception {
    volume(RunAs.decidedAtCreation(asked.by("app"), APP));
    assertThat(account(asked.by("app"))).isEqualTo(APP);
    assertThat(account(asked.by("pglet"))).isEqualTo(APP);
    assertThat(account(asked.spec())).isEqualTo(APP);
    assertThat(hosts.of(world.volume()).account()).isEqualTo(APP);
    assertThat(problems(asked.by("app"))).isEmpty();
    assertImmutable(asked.by("pglet"), "runs as app", "Set it back to app");
    assertImmutable(asked.spec(), "runs as app", "one of pglet", "Set it back to app");
    assertImmutable(asked.by("nobody-here"), "runs as app");
  }

  @Test
  void aServerOfTheDaemonsAccountStaysThat() throws Exception {
    volume(RunAs.decidedAtCreation(asked.spec(), PGLET));
    assertThat(RunAs.name(world.volume().marker())).isEmpty();
    assertThat(account(asked.by("app"))).isEqualTo(PGLET);
    assertImmutable(asked.by("app"), "runs as pglet", "Remove the field");
    assertThat(problems(asked.by("pglet"))).as("the same in other words").isEmpty();
  }

  @Test
  void anAccountThatIsNamedIsKeptWhenTheDaemonGetsAnother() throws Exception {
    volume(RunAs.decidedAtCreation(asked.by("pglet"), PGLET));
    hosts = new ServerHosts(world.host().as(APP), new NamedAccounts(database, APP));
    assertThat(account(asked.by("pglet"))).isEqualTo(PGLET);
    assertThat(problems(asked.by("pglet"))).isEmpty();
  }

  @Test
  void whatAnAccountHasLeftThatIsGoneCanBeEndedAndNotRun() throws Exception {
    ServerAccount gone = new ServerAccount("gone", 1010, 1010, true);
    ServerSpec spec = asked.by("gone");
    volume(RunAs.decidedAtCreation(spec, gone));
    assertThat(problems(spec)).extracting(InvalidSpec::reason).containsExactly("AccountMissing");
    assertThat(account(spec)).isEqualTo(gone);
    assertThat(catchThrowableOfType(InvalidSpec.class, () -> hosts.toRun(spec)).reason())
        .isEqualTo("AccountMissing");
  }

  @Test
  void whoGetsTheNameOfAnAccountDoesNotGetItsServer() throws Exception {
    ServerSpec spec = asked.by("app");
    volume(RunAs.decidedAtCreation(spec, new ServerAccount("app", 777, 777, true)));
    assertThat(problems(spec)).extracting(InvalidSpec::reason).containsExactly("AccountChanged");
    assertThat(catchThrowableOfType(InvalidSpec.class, () -> hosts.toRun(spec)).reason())
        .isEqualTo("AccountChanged");
  }

  @Test
  void aBranchIsToldOfItsSource() throws Exception {
    ServerSpec spec = asked.by(new NamedAccount("app", Optional.of(TestingServer.KEY)));
    volume(RunAs.decidedAtCreation(spec, new ServerAccount("app", 777, 777, true)));
    InvalidSpec problem = problems(spec).getFirst();
    assertThat(problem.field()).isEqualTo("spec.source");
    assertThat(problem.explain()).contains(TestingServer.KEY.toString());
    assertThat(catchThrowableOfType(InvalidSpec.class, () -> hosts.toRun(spec)).field())
        .isEqualTo("spec.source");
  }

  @Test
  void aCopyIsOnlyForTheAccountOfItsSource() throws Exception {
    Volume daemons = world.volume();
    volume(RunAs.decidedAtCreation(asked.by("app"), APP));
    Volume apps = world.volume();
    hosts.requireSameAccount(daemons, daemons);
    hosts.requireSameAccount(apps, apps);
    assertThat(catchThrowableOfType(Refused.class, () -> hosts.requireSameAccount(apps, daemons)))
        .hasMessageContaining("runs as app")
        .hasMessageContaining("begun for pglet");
    assertThat(catchThrowableOfType(Refused.class, () -> hosts.requireSameAccount(daemons, apps)))
        .isNotNull();
  }

  @Test
  void idsOfTheUpperHalfComeBackFromTheMarker() throws Exception {
    ServerAccount large = new ServerAccount("large", -2, -3, true);
    volume(RunAs.decidedAtCreation(asked.by("large"), large));
    assertThat(world.volume().marker().facts()).containsValue("large:4294967294:4294967293");
    assertThat(hosts.of(world.volume()).account()).isEqualTo(large);
  }

  @Test
  void onlyStepsThatEndAServerDoWithoutItsAccount() {
    assertThat(new ServerStep.StopServer().ends()).isTrue();
    assertThat(new ServerStep.RetainVolume("v").ends()).isTrue();
    assertThat(new ServerStep.DestroyVolume("v").ends()).isTrue();
    assertThat(new ServerStep.StartServer(1).ends()).isFalse();
    assertThat(new ServerStep.RestartServer(List.of()).ends()).isFalse();
    assertThat(new ServerStep.SecureVolume("v").ends()).isFalse();
  }
}
