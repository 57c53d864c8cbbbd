package dev.pglet.host.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.HostAccounts;
import dev.pglet.host.port.PortClaims.Claim;
import dev.pglet.reconcile.HostUnavailable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TestLocalPorts extends PortContract {
  private final List<ServerSocket> open = new ArrayList<>();

  @Override
  protected Ports ports() {
    return new LocalPorts(() -> claims);
  }

  @Override
  protected int occupy() throws Exception {
    return listen(LOOPBACK);
  }

  @AfterEach
  void close() throws Exception {
    for (ServerSocket socket : open) {
      socket.close();
    }
  }

  @Test
  void theHolderIsThePidTheCommandAndTheUid() throws Exception {
    int port = listen(LOOPBACK);
    Ports.Holder holder = ports().holder(LOOPBACK, port).orElseThrow();
    assertThat(holder.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(holder.command()).isEqualTo("java");
    assertThat(holder.uid()).isEqualTo(new HostAccounts().self().uid());
    open.removeLast().close();
    assertThat(ports().holder(LOOPBACK, port)).isEmpty();
  }

  @Test
  void whereProcHidesTheProcessItsUidIsSaid() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    // No process that can be seen has it open, as when it is another user's and this is not root.
    var hidden = new ListeningSockets.Listener(loopback, 5432, 26, "18446744073709551615");
    assertThat(hidden.holder()).isEqualTo(new Ports.Holder(5432, 0, "", 26));
    assertThat(hidden.holder().describe()).isEqualTo("a process of uid 26");
  }

  @Test
  void aSocketThatIsBoundAndDoesNotListenIsInNoTable() throws Exception {
    try (SocketChannel bound = SocketChannel.open()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int port = ((InetSocketAddress) bound.getLocalAddress()).getPort();
      assertThat(ports().holder(LOOPBACK, port).orElseThrow().describe())
          .isEqualTo("a process that /proc does not show");
      assertThatThrownBy(() -> ports().reserve("a", LOOPBACK, port))
          .isInstanceOf(HostUnavailable.class)
          .hasMessageContaining("port " + port + " is taken by a process that /proc does not show");
    }
  }

  @Test
  void aListenerOnEveryAddressHoldsThePortOnEachAndTheOtherWayRound() throws Exception {
    int wildcard = listen("0.0.0.0");
    assertThat(ports().holder(LOOPBACK, wildcard)).isPresent();
    int loopback = listen(LOOPBACK);
    assertThat(ports().holder("0.0.0.0", loopback).orElseThrow().pid())
        .isEqualTo(ProcessHandle.current().pid());
    assertThat(ports().holder("*", loopback)).isPresent();
  }

  @Test
  void aConnectionThatIsClosingDoesNotHoldThePort() throws Exception {
    ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    int port = server.getLocalPort();
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      Socket accepted = server.accept();
      assertThat(client.isConnected()).isTrue();
      // The side that closes first keeps its port in TIME_WAIT.
      accepted.close();
    }
    server.close();
    assertThat(ports().holder(LOOPBACK, port)).isEmpty();
  }

  @Test
  void anAddressOfAnotherHostIsNamed() {
    assertThatThrownBy(() -> ports().holder("192.0.2.1", 15432))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining("192.0.2.1");
  }

  @Test
  void anErrorIsBlamedOnItsFieldAndNamesTheOtherResource() {
    ResourceKey orders = ResourceKey.of("PostgreSQLInstance", "orders");
    claims.add(new Claim(Ports.FIRST, "a", orders));

    HostUnavailable taken =
        catchThrowableOfType(
            HostUnavailable.class, () -> ports().reserve("b", LOOPBACK, Ports.FIRST));

    assertThat(taken.field()).isEqualTo("spec.network.port");
    assertThat(taken.rival()).contains(orders);
    assertThat(
            catchThrowableOfType(
                    HostUnavailable.class, () -> ports().holder("192.0.2.1", Ports.FIRST))
                .field())
        .isEqualTo("spec.network.bindAddress");
  }

  @Test
  void aPortOfAnotherDataRootIsGivenToNobodyAndNamesWhoseItIs() throws Exception {
    ResourceKey orders = ResourceKey.of("PostgreSQLInstance", "orders");
    int free = ports().reserve("b", LOOPBACK, 0);
    claims.add(new Claim(free, "a", orders, true));

    assertThat(ports().reserve("b", LOOPBACK, 0)).isNotEqualTo(free);
    HostUnavailable taken =
        catchThrowableOfType(HostUnavailable.class, () -> ports().reserve("b", LOOPBACK, free));
    assertThat(taken).hasMessageContaining(orders + " of another data root");
    assertThat(taken.rival()).as("its manifest is not here").isEmpty();
  }

  @Test
  void twoAtOnceNeverGetOnePort() throws Exception {
    Ports ports = ports();
    List<Callable<Integer>> wishes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      String uid = "uid" + i;
      wishes.add(() -> ports.reserve(uid, LOOPBACK, 0));
    }
    try (var executor = Executors.newFixedThreadPool(8)) {
      List<Integer> given = new ArrayList<>();
      for (var future : executor.invokeAll(wishes)) {
        given.add(future.get());
      }
      assertThat(given).doesNotHaveDuplicates().hasSize(50);
    }
  }

  @Test
  void aFullRangeSaysSo() {
    for (int port = Ports.FIRST; port <= Ports.LAST; port++) {
      claims.add(new Claim(port, "uid" + port, ResourceKey.of("PostgreSQLInstance", "p" + port)));
    }
    assertThatThrownBy(() -> ports().reserve("new", LOOPBACK, 0))
        .isInstanceOf(HostUnavailable.class)
        .hasMessageContaining(Integer.toString(Ports.FIRST))
        .hasMessageContaining(Integer.toString(Ports.LAST));
  }

  private int listen(String address) throws Exception {
    ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName(address));
    open.add(socket);
    return socket.getLocalPort();
  }
}
