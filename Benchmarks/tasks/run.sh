#!/usr/bin/env bash
# How many tasks that do nothing run in a second, in one job, beside HyperQueue, a plain Slurm array and bare spawning?
# And how many trials of a search, beside HyperQueue running the same commands?
# On Slurm, too, trials one by one, as arrays and in three allocations, beside a plain array.
# TASKS (10,000), TRIALS (1,000), SLURM_TASKS (300) and SLURM_TRIALS (100) may be set. Slurm is left out where it is not installed, and says so.
source "$(dirname "$0")/../common.sh"
peer tasks 'hyperqueue==0.26.0'
about_machine
fresh_home
cluster=""
if PATH=$PATH:/usr/sbin:/sbin command -v slurmctld >/dev/null; then
  cluster=$(mktemp -d "$bench/cluster.XXXXXX")
  trap '"$aifactory" stop --home "$home" >/dev/null 2>&1 || true; "$root/Tests/Cluster/down.sh" "$cluster"; rm -rf "$home" "$cluster"' EXIT
  "$root/Tests/Cluster/up.sh" "$cluster"
  . "$cluster/env.sh"
else
  echo "Slurm is not installed ('make slurm'): no comparison with a plain array."
fi
"$aifactory" jobs list --home "$home" >/dev/null
"$python" "$(dirname "$0")/compare.py" "$aifactory" "$home" "$cluster"
