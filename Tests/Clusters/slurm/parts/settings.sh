# shellcheck shell=bash disable=SC2034 # used by the other parts
# What can be set from outside, and where things lie.

root=${SLURM_TEST_ROOT:-/var/tmp/launcher-slurm}
base_port=${SLURM_TEST_PORT:-17800}
test_user=${SLURM_TEST_USER:-lktest}
other_user=${SLURM_TEST_OTHER_USER:-lkother}
min_job_age=${SLURM_TEST_MIN_JOB_AGE:-10}
extra_settings=${SLURM_TEST_EXTRA:-}
patience=${SLURM_TEST_PATIENCE:-60} # seconds

controller_port=$base_port
accounting_port=$((base_port + 1))
node_port() { echo $((base_port + 10 + $1)); }

conf=$root/etc/slurm.conf
run=$root/run
log=$root/log
munge_socket=$root/munge/socket
database_socket=$root/mariadb/socket

# The settings a cluster was started with, for the commands that come later.
export SLURM_CONF=$conf
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

case $root in
  /*) ;;
  *)
    echo "cluster: SLURM_TEST_ROOT must be an absolute path, and is: $root" >&2
    exit 64
    ;;
esac
case $root in
  *[!A-Za-z0-9/._-]* | / | */../* | */..)
    echo "cluster: SLURM_TEST_ROOT may hold letters, digits and /._- and is: $root" >&2
    exit 64
    ;;
esac

started() { [ -f "$root/started" ]; }
node_count() { sed -n 's/^nodes=//p' "$root/started"; }
has_accounting() { grep -qx accounting=1 "$root/started"; }

say() { echo "cluster: $*"; }

# Ends the command; with the ends of the logs, since a failure here is a daemon's more often than ours.
fail() {
  echo "cluster: $*" >&2
  local file
  for file in "$log"/*.log "$log"/*.out "$root"/munge/*.log "$root"/mariadb/*.log; do
    [ -s "$file" ] || continue
    echo "--- the end of $file" >&2
    tail -n 15 "$file" >&2
  done
  exit 1
}

mistake() {
  echo "cluster: $*" >&2
  exit 64
}
