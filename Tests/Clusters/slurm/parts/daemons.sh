# shellcheck shell=bash disable=SC2154 # set in settings.sh
# Each daemon: how it starts, and when it has.

nodes_in() { # states, one node a line
  scontrol --oneliner show nodes | sed -n 's/^NodeName=\([^ ]*\) .* State=\([^ ]*\) .*/\1 \2/p'
}

# --- munge

start_munge() {
  install -d -o munge -g munge -m 755 "$root/munge"
  head -c 1024 /dev/urandom >"$root/munge/key"
  chown munge:munge "$root/munge/key"
  chmod 400 "$root/munge/key"
  detached munge munge munged --socket="$munge_socket" --key-file="$root/munge/key" \
    --pid-file="$root/munge/pid" --log-file="$root/munge/munged.log" --seed-file="$root/munge/seed" ||
    fail "munged did not start"
  wait_until "munged says its process id" note munge "$root/munge/pid"
  wait_until "munge makes a credential" munge --no-input --socket="$munge_socket"
}

# --- MariaDB, without a network, and without care for a power cut

mariadb_options=(
  --no-defaults --user=mysql --skip-networking --skip-name-resolve --skip-log-bin
  --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=32M --innodb-log-file-size=16M
  --innodb-lock-wait-timeout=900 --innodb-use-native-aio=0
)

begin_database() {
  local folder=$root/mariadb
  install -d -o mysql -g mysql -m 755 "$folder"
  mariadb-install-db "${mariadb_options[@]}" --datadir="$folder/data" --skip-test-db \
    --auth-root-authentication-method=socket >"$log/mariadb-install.out" 2>&1 9>&- ||
    fail "MariaDB's folder was not made"
  # mariadbd does not go to the background by itself.
  detached mariadb root setsid --fork mariadbd "${mariadb_options[@]}" --datadir="$folder/data" \
    --socket="$database_socket" --pid-file="$folder/pid" --log-error="$folder/mariadb.log" ||
    fail "MariaDB did not start"
}
database() { mariadb --no-defaults --socket="$database_socket" "$@"; }
await_database() {
  wait_until "MariaDB answers" database -e "SELECT 1"
  wait_until "MariaDB says its process id" note mariadb "$root/mariadb/pid"
  database -e "CREATE DATABASE slurm_acct_db; CREATE USER slurm@localhost IDENTIFIED VIA unix_socket;
    GRANT ALL ON slurm_acct_db.* TO slurm@localhost" || fail "MariaDB refuses Slurm's user"
}

# --- slurmdbd

start_slurmdbd() {
  rm -f "$run/slurmdbd.pid"
  detached slurmdbd slurm slurmdbd || fail "slurmdbd did not start"
  wait_until "slurmdbd says its process id" note slurmdbd "$run/slurmdbd.pid"
  wait_until "slurmdbd takes connections" is_listening "$accounting_port"
  wait_until "slurmdbd answers" sacctmgr --noheader show cluster
}

# The controller found slurmdbd, and has told it all that it kept meanwhile.
is_registered() {
  [ -n "$(sacctmgr --noheader --parsable2 show cluster format=ControlHost)" ] &&
    sdiag | grep -q '^DBD Agent queue size: *0$'
}

# Who may charge what to whom: two accounts and a quality of service, none of them enforced.
make_accounts() {
  sacctmgr --immediate --quiet load "$root/etc/accounts.cfg" >"$log/accounts.out" 2>&1 ||
    fail "sacctmgr refuses the accounts"
}

# --- slurmctld

begin_slurmctld() {
  rm -f "$run/slurmctld.pid"
  detached slurmctld slurm slurmctld || fail "slurmctld did not start"
}
is_up() { scontrol ping | grep -q 'is UP'; }
await_slurmctld() {
  wait_until "slurmctld says its process id" note slurmctld "$run/slurmctld.pid"
  wait_until "slurmctld takes connections" is_listening "$controller_port"
  wait_until "scontrol ping says UP" is_up
}

# --- slurmd

begin_node() {
  install -d -o root -g root -m 755 "$root/spool/node$1"
  rm -f "$run/slurmd.node$1.pid"
  detached "slurmd.node$1" root slurmd -N "node$1" || fail "slurmd of node$1 did not start"
}
await_node_process() {
  wait_until "slurmd of node$1 says its process id" note "slurmd.node$1" "$run/slurmd.node$1.pid"
}

are_idle() { [ "$(nodes_in | grep -c ' IDLE$')" = "$1" ]; }
# Every node whose daemon runs works for the controller, with or without jobs.
are_responding() {
  local name state
  while read -r name state; do
    runs "slurmd.$name" || continue
    case $state in
      IDLE | IDLE+PLANNED | MIXED | MIXED+PLANNED | ALLOCATED | *COMPLETING) ;;
      *) return 1 ;;
    esac
  done < <(nodes_in)
  [ -n "${name:-}${state:-}" ] || [ -n "$(nodes_in)" ]
}
is_node_up() {
  case $(nodes_in | sed -n "s/^node$1 //p") in
    *DOWN* | *NOT_RESPONDING* | *UNKNOWN* | "") return 1 ;;
  esac
}
is_node_down() {
  case $(nodes_in | sed -n "s/^node$1 //p") in
    DOWN*) return 0 ;;
  esac
  return 1
}
