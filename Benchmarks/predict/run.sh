#!/usr/bin/env bash
# One-row predictions a second and their latency, through the gateway, against MLflow's scoring server with the
# same boosted trees, and against a gateway route that does nothing. SECONDS_EACH (8) and CONNECTIONS (16) may be set.
source "$(dirname "$0")/../common.sh"
command -v wrk >/dev/null || { echo "install the load generator: apt-get install wrk" >&2; exit 3; }
peer predict 'mlflow==3.17.2' 'xgboost-cpu==3.2.0' 'scikit-learn==1.9.1' 'pandas<3'
about_machine
fresh_home
here=$(cd "$(dirname "$0")" && pwd)
exec_python() { "$python" "$here/compare.py" --aifactory "$aifactory" --home "$home" "$@"; }
exec_python
