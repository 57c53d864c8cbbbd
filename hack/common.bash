# What the scripts beside this file share. Sourced by them, never run.

say() { printf '%s: %s\n' "hack/$(basename "$0")" "$*"; }

die() {
  say "$*" >&2
  exit 1
}

# The major version of a JDK, or nothing when the directory holds no JDK (a JRE has no javac).
jdk_version() {
  [ -x "$1/bin/javac" ] || return 0
  "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p'
}

# Prints the directory of the first JDK of version 25 or newer, in the order of the launcher.
find_jdk() {
  local candidate version on_path
  on_path=$(command -v javac || true)
  [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${PGLET_JAVA_HOME:-}" "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
    [ -n "$candidate" ] || continue
    version=$(jdk_version "$candidate")
    if [ -n "$version" ] && [ "$version" -ge 25 ]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# Prints the programs' directory of the newest PostgreSQL that the system's packages have brought.
# The tests and hack/bench run that one.
find_system_postgres() {
  local programs newest=
  for programs in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
    [ ! -x "$programs/postgres" ] || newest=$programs
  done
  [ -n "$newest" ] && printf '%s\n' "$newest"
}

# Processes of this run are told from others by descent. A server outlives the process that started
# it, so descent must be seen while both live: track_servers looks once a second and remembers.
track_servers() { # FILE: one line "pid start-time" for each postmaster or daemon below this script
  : >"$1"
  (
    trap - EXIT
    while kill -0 "$$" 2>/dev/null; do
      ps -e -o pid=,ppid=,comm= | awk -v root="$$" '
        { parent[$1] = $2; name[$1] = $3 }
        END {
          for (pid in name) {
            if (name[pid] !~ /^(postgres|java)$/) continue
            for (p = pid; p in parent && p != root; ) p = parent[p]
            if (p == root) print pid
          }
        }' | while read -r pid; do
        start=$(process_start "$pid")
        [ -z "$start" ] || grep -qx "$pid $start" "$1" || echo "$pid $start" >>"$1"
      done
      sleep 1
    done
  ) &
  tracker=$!
}

# The start time of a process in ticks, which with the pid names it beyond a reused pid.
# Prints nothing for one that is gone, or dead and not yet reaped.
process_start() {
  sed -n 's/^.*) \([^Z]\) /\1 /p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20 || true
}

# Fails when a process that track_servers has seen still runs. Ending ones get ten seconds.
check_no_servers_left() { # FILE
  local pid start waited left
  for waited in 1 2 3 4 5 6 7 8 9 10; do
    left=
    while read -r pid start; do
      [ "$(process_start "$pid")" != "$start" ] || left="$left $pid"
    done <"$1"
    [ -n "$left" ] || return 0
    sleep 1
  done
  for pid in $left; do
    say "left running after $waited s: $(ps -o pid=,user=,args= -p "$pid")" >&2
  done
  die "processes that this run has started still run; each test and each script must end its own"
}
