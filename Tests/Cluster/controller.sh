#!/usr/bin/env bash
# The controller of a cluster that up.sh started in FOLDER.
#
#   Tests/Cluster/controller.sh FOLDER down   ends it; jobs go on
#   Tests/Cluster/controller.sh FOLDER up     starts it with what it had written down
set -euo pipefail
folder=${1:?usage: controller.sh FOLDER down|up}
export SLURM_CONF=$folder/etc/slurm.conf
. "$(dirname "$0")/daemons.sh"
answers() { timeout 10 squeue -h >/dev/null 2>&1; }
case ${2:-} in
  down)
    pid=$(cat "$folder/run/slurmctld.pid")
    kill "$pid"
    for ((i = 0; i < 200; i++)); do
      [ -e "/proc/$pid" ] || exit 0
      sleep 0.1
    done
    ;;
  up)
    slurmctld 2>>"$folder/log/start.log"
    for ((i = 0; i < 200; i++)); do
      if answers; then exit 0; fi
      sleep 0.1
    done
    ;;
  *)
    echo "usage: controller.sh FOLDER down|up" >&2
    exit 2
    ;;
esac
exit 3
