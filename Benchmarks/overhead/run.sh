#!/usr/bin/env bash
# Does a PyTorch training take longer as a job than by itself? ROUNDS (7) and EPOCHS (60) may be set.
source "$(dirname "$0")/../common.sh"
# The interpreter of the tests, with PyTorch 2.13.0.
"$root/Scripts/mlflow-client.sh"
about_machine
fresh_home
"$aifactory" jobs list --home "$home" >/dev/null
python3 "$(dirname "$0")/compare.py" "$aifactory" "$home" "$root/.build/mlflow-torch/bin/python"
