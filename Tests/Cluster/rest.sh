#!/usr/bin/env bash
# The REST service of a cluster that up.sh started.
#
#   Tests/Cluster/rest.sh FOLDER up [PORT]   starts it, where it was before if no port is named
#   Tests/Cluster/rest.sh FOLDER down        ends it
#
# It speaks HTTP on loopback, as `nobody`, and takes tokens alone (slurmrestd(8)).
set -euo pipefail
folder=${1:?usage: rest.sh FOLDER up|down}
export SLURM_CONF=$folder/etc/slurm.conf
. "$(dirname "$0")/daemons.sh"
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
case ${2:-} in
  up) ;;
  down)
    pid=$(cat "$folder/run/slurmrestd.pid")
    kill -9 "$pid" 2>/dev/null || true
    port=$(sed 's/.*://' "$folder/rest")
    for ((i = 0; i < 100; i++)); do
      listens "$port" || exit 0
      sleep 0.1
    done
    exit 3
    ;;
  *)
    echo "usage: rest.sh FOLDER up|down" >&2
    exit 2
    ;;
esac
port=${3:-$(sed 's/.*://' "$folder/rest")}
# Without accounts it ends at once if it is to answer about them.
plugins=openapi/v0.0.38
grep -q '^AccountingStorageType=.*/slurmdbd' "$SLURM_CONF" && plugins+=,openapi/dbv0.0.38
# Without this word it takes no token but its own (slurmrestd(8), SLURM_JWT).
SLURM_JWT=daemon setpriv --reuid=nobody --regid=nogroup --clear-groups \
  slurmrestd -a rest_auth/jwt -s "$plugins" "127.0.0.1:$port" >>"$folder/log/slurmrestd.log" 2>&1 </dev/null &
echo $! >"$folder/run/slurmrestd.pid"
disown
for ((i = 0; i < 100; i++)); do
  if listens "$port"; then
    echo "http://127.0.0.1:$port" >"$folder/rest"
    exit 0
  fi
  sleep 0.1
done
tail -n 5 "$folder/log/slurmrestd.log" >&2
exit 3
