#!/usr/bin/env bash
# A real Slurm cluster of several nodes on this machine, for tests and to play with.
#
#   Tests/Cluster/up.sh FOLDER       starts it; everything it has lies in FOLDER
#   . FOLDER/env.sh                  then sinfo, sbatch, squeue … speak to it
#   Tests/Cluster/down.sh FOLDER     ends it
#
# Settings: NODES (3), CPUS (4 a node), MEMORY (2000 MB a node), GPUS (2 a node, root alone),
# NODE_TIMEOUT (40 seconds until a silent node is down), MAX_ARRAY (1001, its MaxArraySize), MIN_AGE (300
# seconds for which an ended job stays in the queue's memory), ACCOUNTING (0; 1 adds slurmdbd and MariaDB, root
# alone, with an account `lab` and a quality of service `brisk` of the user), MEMORY_KILLS (0; 1 lets Slurm end
# jobs that hold more memory than they asked for, or 100 MB a CPU), REST (1 where slurmrestd is installed and
# this is root, else 0: slurmrestd as `nobody`; FOLDER/rest has its address, `scontrol token` makes tokens),
# SETTINGS (none; more lines of slurm.conf), RULES (none; the site's own rules for jobs, a job_submit.lua), OWNER (none; the number of a process with which the cluster
# ends). All daemons listen on loopback at free ports; nothing outside FOLDER is changed. Works as root and,
# with jobs of one user, without.
set -euo pipefail
folder=${1:?usage: up.sh FOLDER}
NODES=${NODES:-3} CPUS=${CPUS:-4} MEMORY=${MEMORY:-2000} GPUS=${GPUS:-2} ACCOUNTING=${ACCOUNTING:-0}
MEMORY_KILLS=${MEMORY_KILLS:-0}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/daemons.sh"

# It refuses to run as root and as Slurm's own user, so that another is needed.
REST=${REST:-$([ "$(id -u)" = 0 ] && command -v slurmrestd >/dev/null && echo 1 || echo 0)}

programs=(munged slurmctld slurmd sinfo)
[ "$ACCOUNTING" != 1 ] || programs+=(slurmdbd mariadbd mariadb-install-db)
[ "$REST" != 1 ] || programs+=(slurmrestd)
for program in "${programs[@]}"; do
  command -v "$program" >/dev/null || {
    echo "error: there is no $program" >&2
    echo "hint: Scripts/setup.sh installs it" >&2
    exit 3
  }
done
[ ! -e "$folder/env.sh" ] || { echo "error: $folder has a cluster already: down.sh first" >&2; exit 2; }

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
mkdir -p "$folder"/{etc,log,run,state,spool,munge,scratch,devices}
chmod 755 "$folder" "$folder"/*
chmod 700 "$folder/munge/" && chmod 711 "$folder/munge"
user=$(id -un)
[ "$(id -u)" = 0 ] || { GPUS=0 ACCOUNTING=0 REST=0; }

# Ports in a row that nobody listens at. Another cluster may be starting at this moment: its base
# differs with its process number. Above 32,767 the system may give them to any connection meanwhile.
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
base=$((20000 + ($$ * 37) % 12000))
until for ((port = base; port < base + NODES + 5; port++)); do is_free "$port" || break; done; [ "$port" = $((base + NODES + 5)) ]; do
  base=$((20000 + (base - 20000 + 101) % 12000))
done

within() { # within SECONDS COMMAND...: repeats it until it succeeds
  local end=$((SECONDS + $1))
  shift
  while [ "$SECONDS" -lt "$end" ]; do
    timeout 10 "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  echo "error: not in time: $*" >&2
  tail -n 5 "$folder"/log/*log >&2 || true
  "$here/down.sh" "$folder" || true
  exit 3
}

# One munged with a key of its own serves all daemons.
dd if=/dev/urandom of="$folder/munge/key" bs=128 count=1 status=none
chmod 600 "$folder/munge/key"
munged --num-threads=4 --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
  --pid-file="$folder/munge/munged.pid" --log-file="$folder/munge/log" \
  --seed-file="$folder/munge/seed"

gres='' gres_types=''
if [ "$GPUS" -gt 0 ]; then
  # slurmd wants devices; it only looks whether they are there.
  for ((k = 0; k < GPUS; k++)); do mknod -m 666 "$folder/devices/nvidia$k" c 1 3; done
  gres="Gres=gpu:toy:$GPUS" gres_types='GresTypes=gpu'
  echo "NodeName=n[1-$NODES] Name=gpu Type=toy File=$folder/devices/nvidia[0-$((GPUS - 1))]" >"$folder/etc/gres.conf"
fi
accounting='AccountingStorageType=accounting_storage/none' memory='' gathering=30
# Each look goes through all processes of the machine, for each job.
if [ "$ACCOUNTING" = 1 ] || [ "$MEMORY_KILLS" = 1 ]; then gathering=1; fi
# Slurm counts by itself each second what jobs hold, which needs no control groups.
[ "$MEMORY_KILLS" != 1 ] || memory='JobAcctGatherParams=OverMemoryKill'
if [ "$ACCOUNTING" = 1 ]; then
  accounting="AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$((base + 1))
AccountingStoragePass=$folder/munge/socket
AccountingStorageEnforce=associations,limits,qos
AccountingStorageTRES=gres/gpu"
fi
tokens=''
if [ "$REST" = 1 ]; then
  dd if=/dev/urandom of="$folder/etc/jwt.key" bs=32 count=1 status=none
  chmod 600 "$folder/etc/jwt.key"
  tokens="AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key=$folder/etc/jwt.key"
fi
: >"$folder/etc/plugstack.conf"
rules=''
if [ -n "${RULES:-}" ]; then
  printf '%s\n' "$RULES" >"$folder/etc/job_submit.lua"
  rules='JobSubmitPlugins=lua'
fi
cat >"$folder/etc/slurm.conf" <<CONF
ClusterName=toy
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$base
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
# The least time before a requeued job may start again; the default is two minutes.
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CredType=cred/munge
$tokens
StateSaveLocation=$folder/state
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdSpoolDir=$folder/spool/%n
SlurmdPidFile=$folder/run/slurmd.%n.pid
SlurmdLogFile=$folder/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=$gathering
$memory
SwitchType=switch/none
MpiDefault=none
# The nodes may claim more cores than this machine has.
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=100
# A dead node is noticed within a minute, not five. Less would take a busy machine for a dead node.
SlurmdTimeout=${NODE_TIMEOUT:-40}
MessageTimeout=10
TCPTimeout=2
KillWait=2
MinJobAge=${MIN_AGE:-300}
ReturnToService=2
MaxArraySize=${MAX_ARRAY:-1001}
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,bf_interval=1,sched_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
$gres_types
$accounting
$rules
${SETTINGS:-}
NodeName=n[1-$NODES] NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=[$((base + 5))-$((base + 4 + NODES))] CPUs=$CPUS RealMemory=$MEMORY $gres State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=1:00:00 PriorityTier=10 State=UP
PartitionName=urgent Nodes=ALL MaxTime=0:30:00 PriorityTier=100 PreemptMode=OFF State=UP
PartitionName=brief Nodes=ALL MaxTime=0:01:00 PriorityTier=10 State=UP
PartitionName=closed Nodes=n1 State=DOWN
CONF
{
  echo "export SLURM_CONF=$folder/etc/slurm.conf"
  echo "export AIFACTORY_TEST_CLUSTER=$folder"
} >"$folder/env.sh"
. "$folder/env.sh"

if [ "$ACCOUNTING" = 1 ]; then . "$here/accounting.sh"; fi

slurmctld -c -i 2>>"$folder/log/start.log"
for ((k = 1; k <= NODES; k++)); do
  mkdir -p "$folder/spool/n$k"
  slurmd -N "n$k" 2>>"$folder/log/start.log"
done
all_idle() { [ "$(sinfo -h -N -p main -o '%N %T' | grep -c ' idle$')" = "$NODES" ]; }
export -f all_idle
export NODES
within 60 bash -c all_idle
if [ "$REST" = 1 ]; then "$here/rest.sh" "$folder" up $((base + 4)); fi
if [ -n "${OWNER:-}" ]; then
  (
    while [ -e "/proc/$OWNER" ] && [ -e "$folder/env.sh" ]; do sleep 2; done
    "$here/down.sh" "$folder"
  ) </dev/null >/dev/null 2>&1 &
  disown
fi
echo "A Slurm cluster of $NODES nodes runs in $folder; '. $folder/env.sh' points Slurm's commands at it."
[ "$REST" != 1 ] || echo "slurmrestd answers at $(cat "$folder/rest"); 'scontrol token' makes tokens."
