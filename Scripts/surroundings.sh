# shellcheck shell=bash
# What a test must not depend on: the caller's settings, and the schedulers that this machine has. Sourced.

# Removes what the caller has set for launcher, for schedulers and for desktops. Settings of the tests themselves
# (LAUNCHER_TEST_…, SLURM_TEST_…, SSH_TEST_…, SGE_TEST_…) stay.
forget_settings() {
  local name
  for name in $(compgen -e); do
    case $name in
      *_TEST_*) ;;
      LAUNCHER_* | XDG_* | SLURM_* | SBATCH_* | SALLOC_* | SRUN_* | SQUEUE_* | SINFO_* | SACCT_* | SCANCEL_* | SPRIO_* | \
        PBS_* | QSTAT_* | LSB_* | LSF_* | EGO_* | SGE_* | COBALT_*) unset "$name" ;;
    esac
  done
}

# The commands with which a scheduler is found or used, for all schedulers that the adapters and examples know.
scheduler_commands='
  sacct sacctmgr salloc sattach sbatch sbcast scancel scontrol scrontab sdiag sinfo sprio squeue sreport srun sshare sstat
  strigger
  pbsdsh pbsnodes qacct qalter qchkpt qconf qdel qdisable qenable qgpumode qhold qhost qmgr qmod qmove qmsg qorder qping
  qquota qrerun qresub qrls qrsh qrstat qrsub qrun qselect qsh qsig qstart qstat qstop qsub qterm tracejob
  bacct badmin bbot bconf bhist bhosts bjobs bkill blaunch bmod bparams bpeek bqueues brequeue bresume brun bslots bstop
  bsub bswitch btop bugroup busers lshosts lsid lsinfo lsload
  cqdel cqstat cqsub nodelist partlist showbgq showres
'

# Prints PATH without these commands: a folder that has any is replaced by one below $1, with links to the rest.
path_without_schedulers() { # FOLDER
  local folder command place folders path=() number=0
  IFS=: read -ra folders <<<"$PATH"
  for folder in "${folders[@]}"; do
    folder=$(cd "${folder:-.}" 2>/dev/null && pwd) || continue
    place=$folder
    for command in $scheduler_commands; do
      [ -x "$folder/$command" ] || continue
      if [ "$place" = "$folder" ]; then
        number=$((number + 1))
        place=$1/$number
        mkdir -p "$place"
        ln -s "$folder"/* "$place/"
      fi
      rm -f "$place/$command"
    done
    path+=("$place")
  done
  (IFS=: && echo "${path[*]}")
}
