# shellcheck shell=bash disable=SC2154 # set in settings.sh
# slurm.conf and slurmdbd.conf.

# Slurm can listen on the address of the host's name, or on all. The former is better where it is 127.0.0.1.
listen_on_loopback() {
  if [ "$(getent ahostsv4 "$(uname -n)" | awk '{ print $1; exit }')" = 127.0.0.1 ]; then
    echo "CommunicationParameters=NoInAddrAny,NoCtldInAddrAny"
  fi
}

# slurm_conf NODES ACCOUNTING(0|1)
slurm_conf() {
  cat <<END
ClusterName=lk
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$controller_port
SlurmUser=slurm
AuthType=auth/munge
AuthInfo=socket=$munge_socket
CredType=cred/munge
$(listen_on_loopback)
MailProg=/bin/true

StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool/%n
SlurmctldPidFile=$run/slurmctld.pid
SlurmdPidFile=$run/slurmd.%n.pid
SlurmctldLogFile=$log/slurmctld.log
SlurmdLogFile=$log/slurmd.%n.log
LogTimeFormat=iso8601_ms

# Nodes: more of everything than the machine has.
SlurmdParameters=config_overrides
NodeName=node[1-$1] NodeHostName=localhost NodeAddr=127.0.0.1 Port=[$(node_port 1)-$(node_port "$1")] CPUs=4 RealMemory=4000
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=500
Licenses=solver:2
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill

# Whoever is waiting for something waits short.
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
KillWait=2
OverTimeLimit=0
MinJobAge=$min_job_age
SlurmdTimeout=10
ReturnToService=2
JobRequeue=1

# Partitions. A job in main takes nodes from jobs in spare and spot.
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=DEFAULT Nodes=ALL DefaultTime=10 MaxTime=60 PriorityTier=10 PreemptMode=OFF State=UP
PartitionName=main Default=YES
PartitionName=short DefaultTime=1 MaxTime=2
PartitionName=long MaxTime=UNLIMITED
PartitionName=spare PriorityTier=1 PreemptMode=REQUEUE
PartitionName=spot PriorityTier=1 PreemptMode=CANCEL
PartitionName=down State=DOWN
PartitionName=staff AllowGroups=root
END
  if [ "$2" = 1 ]; then
    cat <<END

AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=localhost
AccountingStoragePort=$accounting_port
AccountingStoragePass=$munge_socket
AccountingStoreFlags=job_comment
END
  else
    echo
    echo "AccountingStorageType=accounting_storage/none"
  fi
  if [ -n "$extra_settings" ]; then
    printf '\n# SLURM_TEST_EXTRA\n%s\n' "$extra_settings"
  fi
}

slurmdbd_conf() {
  cat <<END
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$accounting_port
SlurmUser=slurm
AuthType=auth/munge
AuthInfo=socket=$munge_socket
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StorageLoc=slurm_acct_db
LogFile=$log/slurmdbd.log
PidFile=$run/slurmdbd.pid
LogTimeFormat=iso8601_ms
END
}

# For `sacctmgr load`. Associations are not enforced, so a job without an account still runs.
accounts() {
  cat <<END
Cluster - lk
Parent - root
User - root:DefaultAccount=root:AdminLevel=Administrator:Fairshare=1
Account - research:Description=research:Organization=lk
Account - teaching:Description=teaching:Organization=lk
Parent - research
User - $test_user:DefaultAccount=research
User - $other_user:DefaultAccount=research
Parent - teaching
User - $test_user:DefaultAccount=research
END
}
