#!/usr/bin/env bash
# The same requests to a home with 1,000 runs and a million points, and to the same home grown to a hundred times that.
# SIZES ("1000 100000" runs, each with about a thousand points), SECONDS_EACH (5) and CONNECTIONS_EACH (8) may be set. The larger
# size takes about 6 GB of disk. It is filled by log-batch requests; FILL=tables writes into the tables while no server runs.
source "$(dirname "$0")/../common.sh"
export PYTHONDONTWRITEBYTECODE=1
command -v wrk >/dev/null || { echo "install the load generator: apt-get install wrk" >&2; exit 3; }
about_machine
fresh_home
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here/../tracking" python3 "$here/scale.py" --aifactory "$aifactory" --home "$home"
