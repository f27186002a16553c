#!/usr/bin/env bash
# A file of 1 GiB up and down through us and through `mlflow server` (default settings), with one client; and what the disk
# alone gives, every written byte on disk, and what a server gives that does nothing but copy (no digest).
# ARTIFACT_MIB (1024) and ARTIFACT_ROUNDS (3, of which the best counts) may be set.
source "$(dirname "$0")/../common.sh"
export PYTHONDONTWRITEBYTECODE=1
peer tracking 'mlflow==3.17.2'
about_machine
fresh_home
here=$(cd "$(dirname "$0")" && pwd)
"$python" "$here/compare.py" --aifactory "$aifactory" --home "$home"
