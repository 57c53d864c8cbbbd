package dev.pglet.it;

import dev.pglet.host.command.CommandRunner;
import dev.pglet.host.port.Ports;
import dev.pglet.host.postgres.Connections;
import dev.pglet.host.postgres.PostgresBinaries;
import dev.pglet.host.postgres.PostgresServer;
import dev.pglet.host.volume.Volumes;
import dev.pglet.reconcile.HostUnavailable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Real ports of which one call fails. Thread-safe. */
final class Faults implements KindsOnThisHost.Between {
  /** What becomes of the chosen call. */
  enum Fault {
    /** It does nothing. */
    FAILS,
    /** It does what it is asked for, and fails then. */
    FAILS_AFTERWARDS,
    /** It and all later ones of the same method do nothing, until {@link #heal}. */
    FAILS_FOR_LONG
  }

  private final String chosen;
  private final int number;
  private final Fault fault;
  private final List<String> calls = new ArrayList<>();
  private boolean happened;
  private boolean healed;

  private Faults(String chosen, int number, Fault fault) {
    this.chosen = chosen;
    this.number = number;
    this.fault = fault;
  }

  static Faults none() {
    return new Faults("", 0, Fault.FAILS);
  }

  /**
   * One call of a method.
   *
   * @param method such as {@code Volumes.create}
   * @param number from 0
   */
  static Faults at(String method, int number, Fault fault) {
    return new Faults(method, number, fault);
  }

  synchronized boolean healed() {
    return healed;
  }

  synchronized void heal() {
    healed = true;
  }

  /** All so far that might have failed. */
  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  synchronized boolean happened() {
    return happened;
  }

  /** Whether it goes on until it is healed. */
  synchronized boolean lasts() {
    return happened && fault == Fault.FAILS_FOR_LONG;
  }

  /** What is said of it where it is shown. */
  String text() {
    return chosen + " fails for a test";
  }

  private synchronized boolean fails(String call) {
    long before = calls.stream().filter(call::equals).count();
    calls.add(call);
    boolean fails =
        call.equals(chosen)
            && (before == number || (before > number && fault == Fault.FAILS_FOR_LONG && !healed));
    happened |= fails;
    return fails;
  }

  private <T> T on(Class<T> port, T real) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (_, method, arguments) -> call(port, real, method, arguments)));
  }

  private @Nullable Object call(Class<?> port, Object real, Method method, Object[] arguments)
      throws Throwable {
    String call = port.getSimpleName() + "." + method.getName();
    boolean fails = method.getExceptionTypes().length > 0 && fails(call);
    if (fails && fault != Fault.FAILS_AFTERWARDS) {
      throw failure(method, call);
    }
    Object result;
    try {
      result = method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (fails) {
      if (result instanceof AutoCloseable closeable) {
        closeable.close();
      }
      throw failure(method, call);
    }
    return result;
  }

  private static Exception failure(Method method, String call) {
    String message = call + " fails for a test";
    return method.getExceptionTypes()[0] == SQLException.class
        ? new SQLException(message, "08006")
        : new HostUnavailable("Injected", message, "Wait for the end of the test");
  }

  @Override
  public CommandRunner of(CommandRunner commands) {
    return on(CommandRunner.class, commands);
  }

  @Override
  public Volumes of(Volumes volumes) {
    return on(Volumes.class, volumes);
  }

  @Override
  public PostgresServer of(PostgresServer servers) {
    return on(PostgresServer.class, servers);
  }

  @Override
  public Connections of(Connections connections) {
    return on(Connections.class, connections);
  }

  @Override
  public Ports of(Ports ports) {
    return on(Ports.class, ports);
  }

  @Override
  public PostgresBinaries of(PostgresBinaries binaries) {
    return on(PostgresBinaries.class, binaries);
  }
}
