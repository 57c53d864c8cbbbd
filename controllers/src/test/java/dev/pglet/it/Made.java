package dev.pglet.it;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was made, destroyed, started and stopped over all lives of a pglet. Thread-safe. */
final class Made {
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Set<String> uids = new TreeSet<>();
  private final Set<Integer> ports = new TreeSet<>();

  synchronized void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  synchronized void marked(String uid, int port) {
    uids.add(uid);
    ports.add(port);
  }

  /** How often each, and how many different uids and ports the markers have had. */
  @Override
  public synchronized String toString() {
    return counts + ", uids=" + uids.size() + ", ports=" + ports.size();
  }
}
