# Sourced by the benchmarks: paths, peers' environments, a home of their own.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
aifactory="$root/.build/release/aifactory"
bench="$root/.build/bench"
mkdir -p "$bench"
export AIFACTORY_ENGINES="${AIFACTORY_ENGINES:-$root/.build/engines}"

# peer NAME REQUIREMENT...: a virtual environment with pinned packages, made once; sets $python.
peer() {
  local name=$1
  shift
  python="$bench/$name/bin/python"
  if [ ! -e "$bench/$name/ready" ]; then
    echo "Installing the peer: $*" >&2
    python3 -m venv "$bench/$name"
    "$bench/$name/bin/pip" install --quiet --disable-pip-version-check "$@"
    touch "$bench/$name/ready"
  fi
}

# fresh_home: an empty factory home, stopped and removed when the script ends.
fresh_home() {
  home=$(mktemp -d "$bench/home.XXXXXX")
  trap '"$aifactory" stop --home "$home" >/dev/null 2>&1 || true; rm -rf "$home"' EXIT
}

about_machine() {
  echo "machine: $(nproc) cores, $(awk '/MemTotal/{printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(uname -sr), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%F)"
}

[ -x "$aifactory" ] || { echo "build first: make build" >&2; exit 3; }
[ -d "$AIFACTORY_ENGINES" ] || "$aifactory" engines install --into "$AIFACTORY_ENGINES"
