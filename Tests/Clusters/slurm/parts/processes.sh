# shellcheck shell=bash disable=SC2154 # set in settings.sh
# Whose processes are whose. A process is known by its id and its start time, both noted when the daemon
# came up, so that an id that was given away since is never signalled.

start_time() {
  local stat
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  stat=${stat##*) } # the name in brackets may hold blanks
  # shellcheck disable=SC2086 # a list of words
  set -- $stat
  [ "$1" != Z ] || return 1 # a zombie has ended
  echo "${20}"
}

# note NAME PIDFILE: the daemon wrote its id; keep it together with its start time.
note() {
  local id time
  id=$(tr -dc 0-9 <"$2") && [ -n "$id" ] || return 1
  time=$(start_time "$id") || return 1
  echo "$id $time" >"$run/$1.process"
}

# The id of a daemon that runs; nothing, and a failure, when it does not.
process_of() {
  local id time
  read -r id time 2>/dev/null <"$run/$1.process" || return 1
  [ "$(start_time "$id")" = "$time" ] || return 1
  echo "$id"
}
runs() { process_of "$1" >/dev/null; }
is_down() { ! runs "$1"; }

is_paused() {
  local id
  id=$(process_of "$1") && grep -q '^State:[[:space:]]*T' "/proc/$id/status"
}

# The processes given, and all that descend from them.
with_descendants() {
  ps -e -o pid=,ppid= | awk -v roots="$*" '
    { parent[$1] = $2 }
    END {
      count = split(roots, list, " ")
      for (i = 1; i <= count; i++) wanted[list[i]] = 1
      for (id in parent) {
        for (up = id; up in parent && up > 1; up = parent[up])
          if (up in wanted) { print id; break }
      }
    }'
}

# A job's processes on one node ("node3"), or on all ("*"): the step daemons, known by the node's log that
# they hold open, and their descendants; and what left the family but still has the job's environment.
job_processes() {
  local node=$1 id file steps="" lost=""
  for id in $(pgrep -x slurmstepd || true); do
    for file in "/proc/$id/fd"/*; do
      # shellcheck disable=SC2254 # a pattern
      case $(readlink "$file" 2>/dev/null) in
        "$log"/slurmd.$node.log) steps="$steps $id" && break ;;
      esac
    done
  done
  for file in $(grep -lszxF "SLURM_CONF=$conf" /proc/[0-9]*/environ 2>/dev/null || true); do
    id=${file#/proc/} id=${id%/environ}
    if [ "$node" = "*" ]; then
      grep -qsz '^SLURM_JOB_ID=' "$file" && lost="$lost $id"
    else
      grep -qszxF "SLURMD_NODENAME=$node" "$file" && lost="$lost $id"
    fi
  done
  # A `cluster` command run by a job is not ended by itself.
  # shellcheck disable=SC2086 # lists of words
  with_descendants $steps $lost | grep -vx -e "$$" -e "$PPID" || true
}

# signal SIGNAL ID…: signals processes, those that ended meanwhile excepted.
signal() {
  local name=$1 id
  shift
  for id in "$@"; do
    kill -s "$name" "$id" 2>/dev/null || true
  done
}

# Kills what a node runs, over and over: a shell may start another process between a look and a signal.
no_job_left() {
  local found
  found=$(job_processes "$1")
  [ -n "$found" ] || return 0
  # All at once, as far as can be: a step daemon that outlived its job would report that as the job's own end.
  # shellcheck disable=SC2086 # a list of words
  signal STOP $found
  # shellcheck disable=SC2086
  signal KILL $found
  return 1
}

# stop_daemon NAME [SIGNAL]: asks a daemon to end and waits; kills it when it does not within 10 s.
stop_daemon() {
  local id children deadline
  id=$(process_of "$1") || { rm -f "$run/$1.process" && return 0; }
  children=$(with_descendants "$id")
  signal "${2:-TERM}" "$id"
  signal CONT "$id" # a stopped process gets no TERM
  deadline=$(($(now) + 10000000000))
  while runs "$1"; do
    [ "$(now)" -lt "$deadline" ] || signal KILL "$id"
    [ "$(now)" -lt $((deadline + 60000000000)) ] || fail "$1 (process $id) cannot be killed"
    sleep 0.02
  done
  # The controller's helper outlives it for a moment.
  local child name
  for child in $children; do
    name=$(cat "/proc/$child/comm" 2>/dev/null) || continue
    case $name in slurm* | munged | mariadbd) signal KILL "$child" ;; esac
  done
  rm -f "$run/$1.process"
}

# Runs a daemon in a clean environment, with nothing of ours open.
# detached NAME USER COMMAND…
detached() {
  local name=$1 user=$2
  shift 2
  (
    cd /
    exec 9>&-
    exec setsid runuser -u "$user" -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
      ${TZ:+"TZ=$TZ"} SLURM_CONF="$conf" MYSQL_UNIX_PORT="$database_socket" "$@" \
      </dev/null >>"$log/$name.out" 2>&1
  )
}
