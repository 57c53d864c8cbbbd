package dev.pglet.host.testing;

import dev.pglet.host.port.Ports.Holder;
import dev.pglet.host.postgres.PostgresVersion;
import dev.pglet.host.postgres.Postmaster;
import dev.pglet.host.volume.VolumeMarker;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The world that the testing ports act on: volumes' markers, processes, ports, binaries.
 * Directories are real ones, under a test's temporary directory. To "drop all memory" make new
 * ports on the same host. Counts what was done, by name, such as {@code create} or {@code start}.
 * Thread-safe.
 */
public final class TestingHost {
  /** A running server. */
  public record Server(
      Postmaster postmaster,
      Path dataDirectory,
      Path lockFile,
      Path socketDirectory,
      int port,
      int reloads) {}

  final Map<Path, Map<String, VolumeMarker>> markers = new ConcurrentHashMap<>();
  final Map<Path, Server> servers = new ConcurrentHashMap<>();
  final Set<Path> locksOfSurvivors = ConcurrentHashMap.newKeySet();
  final Map<Integer, Holder> foreignPorts = new ConcurrentHashMap<>();
  final Set<PostgresVersion> installed = new ConcurrentSkipListSet<>();
  private final Map<String, Integer> counts = new ConcurrentSkipListMap<>();
  private final AtomicLong pids = new AtomicLong(1000);

  void count(String act) {
    counts.merge(act, 1, Integer::sum);
  }

  Postmaster newPostmaster() {
    long pid = pids.incrementAndGet();
    return new Postmaster(pid, pid * 7, "testing-boot", 1_700_000_000_000L + pid);
  }

  /** A new cluster's identity; a copy of the cluster has the same. */
  String newSystemIdentifier() {
    return Long.toString(7_000_000_000_000_000_000L + pids.incrementAndGet());
  }

  /** How often each act was done. */
  public Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  public int count(String act, int otherwise) {
    return counts.getOrDefault(act, otherwise);
  }

  /** The servers that run, by data directory. */
  public Map<Path, Server> servers() {
    return new TreeMap<>(servers);
  }

  /** A server dies as by {@code kill -9}. */
  public void kill(Path dataDirectory) {
    servers.remove(dataDirectory);
  }

  /**
   * A server dies as by {@code kill -9} while a session of it is busy: that one lives on and keeps
   * the lock.
   *
   * @return ends the busy session
   */
  public Runnable killAtWork(Path dataDirectory) {
    Server killed = Objects.requireNonNull(servers.remove(dataDirectory), "it does not run");
    locksOfSurvivors.add(killed.lockFile());
    return () -> locksOfSurvivors.remove(killed.lockFile());
  }

  /** Somebody else listens on a port. */
  public void occupy(Holder holder) {
    foreignPorts.put(holder.port(), holder);
  }
}
