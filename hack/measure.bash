# What the scripts that measure have in common; sourced by them.

now() { echo $(($(date +%s%N) / 1000)); } # in microseconds

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

cpu_ticks() { sed 's/^.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; } # PID

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; } # PID, in kB

# Seconds and number of the passes of a kind since the daemon's start.
passes_of() { # KIND
  curl -s --unix-socket "$PGLET_DATA_ROOT/run/pglet.sock" http://pglet/metrics |
    awk -v kind="$1" '/^pglet_reconcile_time_seconds_(sum|count)/ && index($0, "\"" kind "\"") {
      if ($1 ~ /_sum/) sum += $2; else count += $2 } END { print sum + 0, count + 0 }'
}

machine() { # DIRECTORY: on whose file system it is measured
  echo "$(nproc) cores, $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo) memory, $(stat -f -c %T "$1") at ${TMPDIR:-/tmp}"
}
