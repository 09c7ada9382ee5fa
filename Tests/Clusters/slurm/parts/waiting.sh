# shellcheck shell=bash disable=SC2154 # set in settings.sh
# Waiting for a condition, with a deadline; and one command that changes the cluster at a time.

now() { date +%s%N; }

# wait_until WHAT COMMAND…: until the command succeeds, for at most $patience seconds.
wait_until() {
  local what=$1 deadline
  shift
  deadline=$(($(now) + patience * 1000000000))
  until "$@" >/dev/null 2>&1; do
    if [ "$(now)" -ge "$deadline" ]; then
      fail "waited $patience s in vain until $what"
    fi
    sleep 0.05
  done
}

# Whether somebody listens on a TCP port: asked of the kernel, since connecting disturbs a daemon.
is_listening() {
  local hex
  hex=$(printf '%04X' "$1")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}
is_free() { ! is_listening "$1"; }

take_the_lock() {
  # Daemons must not inherit the lock: `detached` closes it.
  mkdir -p /run/lock
  exec 9>"/run/lock/$(echo "launcher-slurm$root" | tr / -).lock"
  if ! flock --nonblock 9; then
    echo "cluster: waiting for another command on this cluster to end" >&2
    flock --timeout $((patience * 2)) 9 || mistake "another command on this cluster does not end"
  fi
}
