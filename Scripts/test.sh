#!/usr/bin/env bash
# Every test: the gate first, then all suites with the real engines.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/check.sh
export AIFACTORY_ENGINES="$PWD/.build/engines"
export OMP_WAIT_POLICY=passive
# The tests of whole programs wait by holding a thread each, of as many as there are cores: in one
# process with others, or with each other, they would let those wait beyond their limits.
swift test --skip-build --skip EndToEndTests
exec swift test --skip-build --no-parallel --filter EndToEndTests
