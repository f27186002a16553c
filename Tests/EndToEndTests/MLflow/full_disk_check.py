"""Compares the curve of a run with the steps that `full_disk_job.py` was told are kept."""

import json
import sys

import mlflow

with open(sys.argv[2]) as file:
    answered = json.load(file)
history = mlflow.MlflowClient().get_metric_history(sys.argv[1], "loss")
assert [point.step for point in history] == answered, (len(history), len(answered))
assert len(answered) > 100 and answered[-1] == 1_049
print("ok")
