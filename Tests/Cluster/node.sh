#!/usr/bin/env bash
# A node of a cluster that up.sh started in FOLDER, as if its machine were lost and came back.
#
#   Tests/Cluster/node.sh FOLDER kill NODE    kills its slurmd and all processes of jobs there, which say nothing
#   Tests/Cluster/node.sh FOLDER start NODE   starts its slurmd again
set -euo pipefail
folder=${1:?usage: node.sh FOLDER kill|start NODE} node=${3:?}
export SLURM_CONF=$folder/etc/slurm.conf
. "$(dirname "$0")/daemons.sh"

# Processes of jobs on the node: their environment names it, and something of theirs names the folder.
tasks() {
  local environ
  for environ in /proc/[0-9]*/environ; do
    grep -qzx "SLURMD_NODENAME=$node" "$environ" 2>/dev/null || continue
    if grep -qF "$folder" "$environ" "${environ%environ}cmdline" 2>/dev/null; then
      basename "${environ%/environ}"
    fi
  done
}
steps() { # those that started them
  local pid parent
  for pid in $(tasks); do
    parent=$(sed 's/.*) . //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f1) || continue
    [ "$(cat "/proc/$parent/comm" 2>/dev/null)" != slurmstepd ] || echo "$parent"
  done | sort -u
}
case ${2:-} in
  kill)
    kill -9 "$(cat "$folder/run/slurmd.$node.pid")"
    # Who would tell the controller of the end goes first.
    for pid in $(steps); do kill -9 "$pid" 2>/dev/null || true; done
    for ((i = 0; i < 50; i++)); do
      left=$(tasks)
      [ -n "$left" ] || exit 0
      kill -9 $left 2>/dev/null || true
      sleep 0.1
    done
    exit 3
    ;;
  start)
    mkdir -p "$folder/spool/$node"
    slurmd -N "$node" 2>>"$folder/log/start.log"
    ;;
  *)
    echo "usage: node.sh FOLDER kill|start NODE" >&2
    exit 2
    ;;
esac
