package dev.pglet.host.port;

import dev.pglet.reconcile.ReconcileException;
import java.util.Optional;

/** TCP ports of this host. Thread-safe. */
public interface Ports {
  /** The range from which ports are allocated: below Linux's ephemeral range. */
  int FIRST = 15432;

  int LAST = 16431;

  /**
   * Who listens on the port, on the address or on all addresses; empty when a server could listen
   * there now. Spawns no process.
   */
  Optional<Holder> holder(String address, int port) throws ReconcileException;

  /**
   * Reserves a port for an owner: the wanted one, or for 0 the one that it has already unless
   * somebody listens there, else the lowest free port of the range. A reservation bridges the time
   * until a marker says the same (seen at the next call of this interface), or this process ends,
   * or the owner reserves another port; from then on the port belongs to whom the markers give it,
   * and to nobody when none does. A wanted port that the owner has already is not probed, since its
   * own server may be listening: ask {@link #holder} before a start.
   *
   * @param uid the owner
   * @param range where a port is looked for when any will do and the owner has none
   * @throws dev.pglet.reconcile.HostUnavailable when no port is free, or the wanted one is held or
   *     reserved by someone else; the message names the holder
   */
  int reserve(String uid, String address, int wanted, Range range) throws ReconcileException;

  /** The same, from the usual range. */
  default int reserve(String uid, String address, int wanted) throws ReconcileException {
    return reserve(uid, address, wanted, Range.USUAL);
  }

  /** Ports from the first to the last, both included. */
  record Range(int first, int last) {
    static final Range USUAL = new Range(FIRST, LAST);
  }

  /**
   * Who holds a port.
   *
   * @param pid 0 when /proc hides it
   * @param command empty when /proc hides it
   * @param uid -1 when not even that can be seen
   */
  record Holder(int port, long pid, String command, int uid) {
    /** {@code pid 812 (postgres), uid 26}, or {@code a process of uid 26}. */
    public String describe() {
      if (pid != 0) {
        return "pid " + pid + " (" + command + "), uid " + uid;
      }
      return uid < 0 ? "a process that /proc does not show" : "a process of uid " + uid;
    }
  }
}
