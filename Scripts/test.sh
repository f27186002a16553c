#!/usr/bin/env bash
# Every test: the gate first, then all suites with the real engines.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/check.sh
export AIFACTORY_ENGINES="$PWD/.build/engines"
export OMP_WAIT_POLICY=passive
exec swift test --skip-build
