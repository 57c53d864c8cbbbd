package dev.pglet.host.postgres;

/**
 * A server's first process, proven to be ours: its working directory is the data directory.
 *
 * @param startTicks field 22 of {@code /proc/PID/stat}: with pid and boot id it names the process
 *     beyond a reused pid
 * @param startTime epoch milliseconds, from {@code startTicks}
 */
public record Postmaster(long pid, long startTicks, String bootId, long startTime) {}
