# shellcheck shell=bash disable=SC2154 # set in settings.sh
# What `cluster` can be told.

node_names() {
  local number
  for number in $(seq "$1"); do echo "slurmd.node$number"; done
}
daemon_names() {
  node_names "$(node_count)"
  echo slurmctld
  if has_accounting; then
    echo slurmdbd
    echo mariadb
  fi
  echo munge
}

must_be_started() { started || mistake "the cluster is not started. Run: $0 start"; }
must_have_accounting() {
  must_be_started
  has_accounting || mistake "this cluster was started without accounting"
}
valid_node() {
  must_be_started
  case ${1:-} in
    "" | *[!0-9]*) mistake "which node? A number from 1 to $(node_count)" ;;
  esac
  [[ "$1" -ge 1 && "$1" -le "$(node_count)" ]] || mistake "there is no node $1, only 1 to $(node_count)"
}

# --- start and stop

# Only folders of ours are wiped, and only in a folder that we made or found empty.
wipe() {
  if [ -e "$root" ] && [ ! -e "$root/launcher-slurm" ] && [ -n "$(ls -A "$root")" ]; then
    mistake "$root holds something else; set SLURM_TEST_ROOT to an empty folder"
  fi
  install -d -o root -g root -m 755 "$root"
  touch "$root/launcher-slurm"
  (cd "$root" && rm -rf started environment etc run log state spool munge mariadb home)
}

make_folders() {
  local user
  install -d -o root -g root -m 755 "$root/etc" "$root/spool" "$root/home"
  install -d -o slurm -g slurm -m 755 "$run" "$log"
  install -d -o slurm -g slurm -m 700 "$root/state"
  for user in "$test_user" "$other_user"; do
    install -d -o "$user" -g "$(id -gn "$user")" -m 755 "$root/home/$user"
  done
}

write_configuration() { # NODES ACCOUNTING
  slurm_conf "$1" "$2" >"$conf"
  if [ "$2" = 1 ]; then
    slurmdbd_conf >"$root/etc/slurmdbd.conf"
    chown slurm:slurm "$root/etc/slurmdbd.conf"
    chmod 600 "$root/etc/slurmdbd.conf"
    accounts >"$root/etc/accounts.cfg"
  fi
  write_environment "$2" >"$root/environment"
}
write_environment() {
  echo "export SLURM_CONF=$conf"
  echo "export LAUNCHER_TEST_SLURM=$root"
  echo "export LAUNCHER_TEST_SLURM_ACCOUNTING=$1"
  echo "export LAUNCHER_TEST_SLURM_USER=$test_user"
  echo "export LAUNCHER_TEST_SLURM_OTHER_USER=$other_user"
}

check_ports() {
  local port ports
  ports="$controller_port $(for n in $(seq "$1"); do node_port "$n"; done)"
  [ "$2" = 0 ] || ports="$ports $accounting_port"
  for port in $ports; do
    is_free "$port" || mistake "port $port is taken; set SLURM_TEST_PORT (now $base_port) to the first of a free range"
  done
}

all_run() {
  local name
  for name in $(daemon_names); do
    runs "$name" && ! is_paused "$name" || return 1
  done
}

command_start() {
  local accounting=1 nodes=4 number
  while [ $# -gt 0 ]; do
    case $1 in
      --no-accounting) accounting=0 ;;
      --nodes)
        nodes=${2:-}
        shift
        ;;
      *) mistake "start does not know $1" ;;
    esac
    [ $# = 0 ] || shift
  done
  case $nodes in
    "" | *[!0-9]*) mistake "--nodes needs a number" ;;
  esac
  [[ "$nodes" -ge 1 && "$nodes" -le 200 ]] || mistake "--nodes is from 1 to 200"
  check_installed

  if started && cmp -s <(slurm_conf "$nodes" "$accounting") "$conf" && all_run && is_up; then
    say "runs already"
    return
  fi
  stop_everything
  wipe
  check_ports "$nodes" "$accounting"
  make_folders
  write_configuration "$nodes" "$accounting"
  printf 'nodes=%s\naccounting=%s\n' "$nodes" "$accounting" >"$root/started"

  [ "$accounting" = 0 ] || begin_database
  start_munge
  if [ "$accounting" = 1 ]; then
    await_database
    start_slurmdbd
    make_accounts
  fi
  begin_slurmctld
  for number in $(seq "$nodes"); do begin_node "$number"; done
  await_slurmctld
  for number in $(seq "$nodes"); do await_node_process "$number"; done
  wait_until "all nodes are idle" are_idle "$nodes"
  [ "$accounting" = 0 ] || wait_until "slurmctld is known to slurmdbd" is_registered
  say "$nodes nodes, accounting $([ "$accounting" = 1 ] && echo on || echo off), SLURM_CONF=$conf"
}

stop_everything() {
  local name
  started || return 0
  # The nodes first: no controller is needed to stop them, and none shall start another job.
  if runs slurmctld; then stop_daemon slurmctld; fi
  for name in $(node_names "$(node_count)"); do stop_daemon "$name"; done
  wait_until "no job is left" no_job_left "*"
  for name in slurmdbd mariadb munge; do stop_daemon "$name"; done
  rm -f "$root/started"
}
command_stop() {
  if ! started; then
    say "not started"
    return
  fi
  stop_everything
  say "stopped"
}

command_status() {
  local name id state good=0 bad=0
  if ! started; then
    echo "not started"
    exit 3
  fi
  for name in $(daemon_names); do
    state=stopped
    id=$(process_of "$name") || id=-
    if [ "$id" = - ]; then
      bad=$((bad + 1))
    elif is_paused "$name"; then
      state=paused
      bad=$((bad + 1))
    else
      state=runs
      good=$((good + 1))
    fi
    printf '%-16s %-8s %s\n' "$name" "$state" "$id"
  done
  if runs slurmctld && ! is_paused slurmctld; then
    sinfo --format '%10P %5a %.11l %.6D %10T %N'
  fi
  [ "$bad" = 0 ] && exit 0
  [ "$good" = 0 ] && exit 3
  exit 1
}

command_environment() {
  must_be_started
  cat "$root/environment"
}

# --- the controller

command_stop_controller() {
  must_be_started
  stop_daemon slurmctld
  wait_until "port $controller_port is free" is_free "$controller_port"
}
command_start_controller() {
  must_be_started
  runs slurmctld || begin_slurmctld
  await_slurmctld
  wait_until "the nodes respond" are_responding
  if has_accounting && runs slurmdbd; then
    wait_until "slurmctld is known to slurmdbd" is_registered
  fi
}
command_restart_controller() {
  command_stop_controller
  command_start_controller
}
command_pause_controller() {
  local id
  must_be_started
  id=$(process_of slurmctld) || fail "slurmctld does not run"
  signal STOP "$id"
  wait_until "slurmctld is paused" is_paused slurmctld
}
command_resume_controller() {
  local id
  must_be_started
  id=$(process_of slurmctld) || fail "slurmctld does not run"
  signal CONT "$id"
  wait_until "scontrol ping says UP" is_up
  wait_until "the nodes respond" are_responding
}

# --- accounting

command_stop_accounting() {
  must_have_accounting
  stop_daemon slurmdbd
  wait_until "port $accounting_port is free" is_free "$accounting_port"
}
command_start_accounting() {
  must_have_accounting
  runs slurmdbd || start_slurmdbd
  if runs slurmctld && ! is_paused slurmctld; then
    wait_until "slurmctld is known to slurmdbd" is_registered
  fi
}

# --- nodes

command_stop_node() {
  valid_node "${1:-}"
  case ${2:-} in
    "" | --at-once) ;;
    *) mistake "stop-node does not know $2" ;;
  esac
  stop_daemon "slurmd.node$1" KILL
  wait_until "nothing of node$1 is left" no_job_left "node$1"
  if runs slurmctld && ! is_paused slurmctld; then
    if [ "${2:-}" = --at-once ]; then
      scontrol update NodeName="node$1" State=DOWN Reason="stopped" || fail "node$1 cannot be set down"
    fi
    wait_until "slurmctld finds node$1 down" is_node_down "$1"
  fi
}
command_start_node() {
  valid_node "${1:-}"
  if ! runs "slurmd.node$1"; then
    begin_node "$1"
    await_node_process "$1"
  fi
  if runs slurmctld && ! is_paused slurmctld; then
    wait_until "node$1 is up" is_node_up "$1"
  fi
}

# --- a user's command

# The caller's environment, without its Slurm and its home: a PATH or a LAUNCHER_ADAPTER goes through.
command_run() {
  local user=$test_user home name unset=()
  must_be_started
  while [ $# -gt 0 ]; do
    case $1 in
      --user)
        user=${2:-}
        shift
        ;;
      --)
        shift
        break
        ;;
      *) mistake "run does not know $1; the command follows after --" ;;
    esac
    [ $# = 0 ] || shift
  done
  [ $# -gt 0 ] || mistake "which command? cluster run -- COMMAND…"
  id "$user" >/dev/null 2>&1 || mistake "no user \"$user\""
  home=$root/home/$user
  [ -d "$home" ] || install -d -o "$user" -g "$(id -gn "$user")" -m 755 "$home"
  for name in $(compgen -e); do
    case $name in
      SLURM_* | SBATCH_* | SALLOC_* | SRUN_* | SQUEUE_* | SINFO_* | SACCT_* | SCANCEL_* | SPRIO_* | \
        XDG_* | SUDO_* | MAIL | OLDPWD) unset+=(--unset="$name") ;;
    esac
  done
  cd "$home" || exit 1
  exec runuser -u "$user" -- env "${unset[@]}" HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/bash \
    SLURM_CONF="$conf" "$@"
}
