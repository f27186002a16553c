#!/usr/bin/env bash
# Ends the cluster that up.sh started in FOLDER, by its pid files, and removes FOLDER.
set -uo pipefail
folder=${1:?usage: down.sh FOLDER}
[ -e "$folder/etc/slurm.conf" ] || exit 0
PATH=$PATH:/usr/sbin:/sbin
export SLURM_CONF=$folder/etc/slurm.conf

# A zombie still answers to kill -0, and the machine's first process may be slow to take it.
is_alive() {
  local state
  state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c1)
  [ -n "$state" ] && [ "$state" != Z ]
}
end() { # end PIDFILE: asks, waits, and kills
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 0
  [ -n "$pid" ] && is_alive "$pid" || return 0
  kill "$pid" 2>/dev/null || return 0
  for ((i = 0; i < 100; i++)); do
    is_alive "$pid" || return 0
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null
}

# Jobs first: a step outlives its slurmd.
if pid=$(cat "$folder/run/slurmctld.pid" 2>/dev/null) && is_alive "$pid"; then
  timeout 10 squeue -h -o %A 2>/dev/null | sort -u | xargs -r timeout 20 scancel 2>/dev/null
  for ((i = 0; i < 50; i++)); do
    [ -z "$(timeout 5 squeue -h 2>/dev/null)" ] && break
    sleep 0.1
  done
fi
for file in "$folder"/run/slurmd.*.pid; do end "$file"; done
for file in run/slurmrestd.pid run/slurmctld.pid run/slurmdbd.pid run/mariadbd.pid munge/munged.pid; do end "$folder/$file"; done
# Steps whose slurmd was killed: their environment names this cluster.
for pid in $(pgrep -x slurmstepd); do
  tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | grep -qx "SLURM_CONF=$SLURM_CONF" && kill -9 "$pid"
done
rm -rf "$folder"
