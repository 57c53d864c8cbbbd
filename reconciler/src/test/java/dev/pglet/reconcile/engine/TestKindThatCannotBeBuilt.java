package dev.pglet.reconcile.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.Controller;
import dev.pglet.reconcile.EngineContext;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.KindProvider;
import dev.pglet.reconcile.ReconcileException;
import dev.pglet.reconcile.Settings;
import dev.pglet.reconcile.observe.EngineListener;
import dev.pglet.reconcile.testing.TestingManifests;
import dev.pglet.reconcile.testing.TestingScheduler;
import dev.pglet.reconcile.testing.ToyHost;
import dev.pglet.reconcile.testing.ToyProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestKindThatCannotBeBuilt {
  @TempDir Path directory;
  private final List<String> announced = new ArrayList<>();
  private final ToyProvider toys = new ToyProvider(new ToyHost());
  private boolean lacking = true;

  /** Shares something that this host may lack. */
  private final class Demanding implements KindProvider {
    @Override
    public CrdDefinition crd() {
      return toys.crd();
    }

    @Override
    public Controller<?, ?, ?, ?> controller(EngineContext context) throws ReconcileException {
      context.shared(String.class, () -> account(context));
      return toys.controller(context);
    }

    private String account(EngineContext context) throws HostUnavailable {
      if (lacking) {
        throw new HostUnavailable("NoAccount", "there is no account", "Create one");
      }
      context.announce("made an account");
      return "account";
    }

    @Override
    public List<Command> commands() {
      return List.of();
    }
  }

  private EngineParts parts() {
    TestingScheduler time = new TestingScheduler();
    Path data = directory.resolve("data");
    return EngineParts.of(
            new Settings(data, data.resolve("run"), Optional.empty(), false),
            List.of(new Demanding()),
            new TestingManifests(ToyProvider.registry(), directory.resolve("manifests")),
            time,
            time)
        .listenedToBy(
            new EngineListener() {
              @Override
              public void announced(String change) {
                announced.add(change);
              }
            });
  }

  @Test
  void whatTheHostLacksReachesThePersonWhoStartsWithItsRemedy() {
    assertThatThrownBy(() -> Engine.open(parts()))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("there is no account");
    assertThatThrownBy(() -> Observed.open(parts())).isInstanceOf(HostUnavailable.class);
  }

  @Test
  void nothingStaysLockedAndTheNextTryIsMadeAnew() throws Exception {
    assertThatThrownBy(() -> Engine.open(parts())).isInstanceOf(HostUnavailable.class);
    lacking = false;

    try (Engine engine = Engine.open(parts())) {
      engine.start();
    }
    assertThat(announced).containsExactly("made an account");
  }
}
