package dev.pglet.host.check;

import dev.pglet.reconcile.HostCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What the control groups (version 2) above the daemon allow; servers are in the same. */
public final class CgroupChecks {
  private static final String GROUPS = "sys/fs/cgroup";
  private static final long GOOD_MEMORY = 512L << 20;
  private static final long GOOD_TASKS = 200;

  private final HostFiles files;

  public CgroupChecks(HostFiles files) {
    this.files = files;
  }

  /** Memory, processor and number of tasks; one line where there is no such group. */
  public List<HostCheck> all() {
    Optional<String> group =
        files.ofProcess("cgroup").stream()
            .filter(line -> line.startsWith("0::"))
            .map(line -> line.substring("0::".length()))
            .findFirst();
    if (group.isEmpty() || files.text(GROUPS + "/cgroup.controllers").isEmpty()) {
      return List.of(HostCheck.ok("cgroup", "no control group of version 2 limits pglet"));
    }
    List<String> above = above(group.get());
    return List.of(memory(above), cpu(above), tasks(above));
  }

  /** The group and all above it: the tightest limit counts. */
  private static List<String> above(String group) {
    List<String> paths = new ArrayList<>();
    String path = group.replaceFirst("/$", "");
    while (!path.isEmpty()) {
      paths.add(GROUPS + path);
      path = path.substring(0, path.lastIndexOf('/'));
    }
    paths.add(GROUPS);
    return paths;
  }

  private OptionalLong least(List<String> groups, String file) {
    return groups.stream()
        .map(group -> files.number(group + "/" + file))
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .min();
  }

  private HostCheck memory(List<String> groups) {
    OptionalLong most = least(groups, "memory.max");
    if (most.isEmpty()) {
      return HostCheck.ok("cgroup memory", "not limited");
    }
    String found = "at most %d MiB".formatted(most.getAsLong() >> 20);
    return most.getAsLong() < GOOD_MEMORY
        ? HostCheck.warn(
            "cgroup memory",
            found + " for pglet and all servers: the kernel ends one that wants more",
            "Raise MemoryMax= of the systemd unit, or the container's memory limit")
        : HostCheck.ok("cgroup memory", found);
  }

  private HostCheck cpu(List<String> groups) {
    double least = Double.POSITIVE_INFINITY;
    for (String group : groups) {
      String[] quota = files.text(group + "/cpu.max").orElse("max 100000").split(" ", -1);
      if (quota.length == 2 && quota[0].matches("[0-9]{1,12}") && quota[1].matches("[1-9][0-9]*")) {
        least = Math.min(least, Double.parseDouble(quota[0]) / Double.parseDouble(quota[1]));
      }
    }
    if (Double.isInfinite(least)) {
      return HostCheck.ok("cgroup cpu", "not limited");
    }
    String found = "at most %.1f processors".formatted(least);
    return least < 0.5
        ? HostCheck.warn(
            "cgroup cpu",
            found + ": a server takes long to start",
            "Raise CPUQuota= of the systemd unit, or the container's limit")
        : HostCheck.ok("cgroup cpu", found);
  }

  private HostCheck tasks(List<String> groups) {
    OptionalLong most = least(groups, "pids.max");
    if (most.isEmpty()) {
      return HostCheck.ok("cgroup tasks", "not limited");
    }
    String found = "at most %d".formatted(most.getAsLong());
    return most.getAsLong() < GOOD_TASKS
        ? HostCheck.warn(
            "cgroup tasks",
            found + ": each connection is a process",
            "Raise TasksMax= of the systemd unit, or the container's limit")
        : HostCheck.ok("cgroup tasks", found);
  }
}
