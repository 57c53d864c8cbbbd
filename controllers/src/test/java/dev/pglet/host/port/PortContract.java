package dev.pglet.host.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.port.PortClaims.Claim;
import dev.pglet.reconcile.HostUnavailable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What ports do, real ones and those in memory. */
public abstract class PortContract {
  protected static final String LOOPBACK = "127.0.0.1";

  protected final List<Claim> claims = new ArrayList<>();

  /** Ports of a process that has just started. */
  protected abstract Ports ports();

  /** Makes someone else listen on a port, and returns it. */
  protected abstract int occupy() throws Exception;

  @Test
  void aPortThatNobodyHoldsIsReservedForItsOwnerOnly() throws Exception {
    Ports ports = ports();
    int port = ports.reserve("a", LOOPBACK, 0);
    assertThat(port).isBetween(Ports.FIRST, Ports.LAST);
    assertThat(ports.reserve("a", LOOPBACK, 0)).isEqualTo(port);
    assertThat(ports.reserve("a", LOOPBACK, port)).isEqualTo(port);
    assertThat(ports.reserve("b", LOOPBACK, 0)).isNotEqualTo(port);
    assertThatThrownBy(() -> ports.reserve("b", LOOPBACK, port))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(Integer.toString(port));
  }

  @Test
  void aPortInAMarkerBelongsToItsUidAcrossRestarts() throws Exception {
    int port = ports().reserve("a", LOOPBACK, 0);
    claims.add(new Claim(port, "a", ResourceKey.of("PostgreSQLInstance", "orders")));
    assertThat(ports().reserve("a", LOOPBACK, 0)).isEqualTo(port);
    assertThat(ports().reserve("b", LOOPBACK, 0)).isNotEqualTo(port);
    assertThatThrownBy(() -> ports().reserve("b", LOOPBACK, port))
        .isInstanceOf(HostUnavailable.class);
  }

  @Test
  void aPortIsFreeAgainWhenItsMarkerIsGoneOrSaysAnother() throws Exception {
    Ports ports = ports();
    int port = ports.reserve("a", LOOPBACK, 0);
    claims.add(new Claim(port, "a", ResourceKey.of("PostgreSQLInstance", "orders")));
    int moved = ports.reserve("b", LOOPBACK, 0);
    claims.add(new Claim(moved, "b", ResourceKey.of("PostgreSQLInstance", "moved")));
    assertThat(ports.reserve("a", LOOPBACK, 0)).isEqualTo(port);
    claims.clear();
    assertThat(ports.reserve("c", LOOPBACK, port)).isEqualTo(port);
    assertThat(ports.reserve("d", LOOPBACK, moved)).isEqualTo(moved);
  }

  @Test
  void aPortIsFreeAgainWhenNobodyElseReservedOneMeanwhile() throws Exception {
    Ports ports = ports();
    int port = ports.reserve("a", LOOPBACK, 0);
    claims.add(new Claim(port, "a", ResourceKey.of("PostgreSQLInstance", "orders")));
    assertThat(ports.holder(LOOPBACK, port)).as("asked before the start").isEmpty();
    claims.clear();
    assertThat(ports.reserve("b", LOOPBACK, port)).isEqualTo(port);
  }

  @Test
  void anOwnerThatReservesAnotherPortGivesTheFirstOneBack() throws Exception {
    Ports ports = ports();
    int first = ports.reserve("a", LOOPBACK, 0);
    assertThat(ports.reserve("a", LOOPBACK, first + 100)).isEqualTo(first + 100);
    assertThat(ports.reserve("c", LOOPBACK, first)).isEqualTo(first);
  }

  @Test
  void aPortThatSomeoneElseHasTakenMeanwhileIsExchangedWhenAnyWillDo() throws Exception {
    int port = occupy();
    claims.add(new Claim(port, "a", ResourceKey.of("PostgreSQLInstance", "orders")));
    assertThat(ports().reserve("a", LOOPBACK, 0)).isNotEqualTo(port);
    assertThat(ports().reserve("a", LOOPBACK, port)).as("not probed").isEqualTo(port);
  }

  @Test
  void aPortOfSomeoneElseIsNamedWithItsHolder() throws Exception {
    int port = occupy();
    Ports.Holder holder = ports().holder(LOOPBACK, port).orElseThrow();
    assertThatThrownBy(() -> ports().reserve("a", LOOPBACK, port))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(holder.describe());
  }
}
