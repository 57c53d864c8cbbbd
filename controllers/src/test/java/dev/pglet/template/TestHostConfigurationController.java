package dev.pglet.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.api.v1alpha1.HostConfiguration;
import dev.pglet.reconcile.EngineContext;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the engine is told by the configuration of the host. */
final class TestHostConfigurationController {
  private final TestingWorld world = new TestingWorld();
  private final List<Object> told = new ArrayList<>();

  /** An engine that notes how many restarts it may do, and can do nothing else. */
  private final EngineContext engine =
      (EngineContext)
          Proxy.newProxyInstance(
              EngineContext.class.getClassLoader(),
              new Class<?>[] {EngineContext.class},
              (proxy, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("maxConcurrentRestarts");
                told.add(arguments[0]);
                return null;
              });

  @Test
  void theEngineIsToldHowManyRestartsThereMayBeAndTheUsualNumberWhenItIsDeleted() {
    HostConfigurationController controller = new HostConfigurationController(engine);
    HostConfiguration host =
        world.add(
            new HostConfiguration(),
            "host",
            new HostConfiguration.Spec(null, HostConfiguration.DEFAULT_PORTS, 3, Map.of()));
    controller.observe(host, world);
    world.remove(ResourceKey.of(HostConfiguration.KIND, "host"));
    controller.observe(host, world);
    assertThat(told).containsExactly(3, 1);
  }
}
