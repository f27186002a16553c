#!/usr/bin/env bash
# What MLflow's clients send, answered by us and by `mlflow server` (SQLite; default settings, then one worker), with one load
# generator; and a loop of SQLite alone as the physical limit. SECONDS_EACH (6), CONNECTIONS ("1 8 32") and RUNS (10000) may be set.
source "$(dirname "$0")/../common.sh"
export PYTHONDONTWRITEBYTECODE=1
command -v wrk >/dev/null || { echo "install the load generator: apt-get install wrk" >&2; exit 3; }
peer tracking 'mlflow==3.17.2'
about_machine
fresh_home
here=$(cd "$(dirname "$0")" && pwd)
"$python" "$here/compare.py" --aifactory "$aifactory" --home "$home"
