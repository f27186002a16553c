#!/usr/bin/env bash
# Every test: the gate first, then all suites with the real engines.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/check.sh
export AIFACTORY_ENGINES="$PWD/.build/engines"
# Tests of whole programs and of clusters wait by holding a thread each, of as many as there are cores:
# in one process with others, or with each other, they would let those wait beyond their limits.
clusters='Site(Array|Contract|Data|Fault|Restart|Scratch|Stage)Tests|Slurm(Accounting|Array|Fault|Healing|Launch|Nodes|Packing|REST|Restart)Tests|RESTAccountingTests|SSHSiteTests'
# Trainings, searches, large answers of Slurm and installations compute for seconds without a pause, and would let others wait as long,
# again and again.
computing='OptimizationTests|TrainingTests|SlurmRoundTests|PythonEnvironmentTests'
swift test --skip-build --skip "EndToEndTests|$clusters|$computing"
swift test --skip-build --filter "$computing" --skip "EndToEndTests|$clusters"
swift test --skip-build --no-parallel --filter "$clusters"
exec swift test --skip-build --no-parallel --filter EndToEndTests
