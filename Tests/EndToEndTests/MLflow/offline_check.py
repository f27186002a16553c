"""Asks the server what came of `offline_job.py`."""

import os
import sys
import tempfile

import mlflow

if sys.argv[1] == "make":
    mlflow.create_experiment("made twice")
    sys.exit()

own, steps, child, weights = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
client = mlflow.MlflowClient()
run = client.get_run(own)
assert run.info.status == "FINISHED", run.info.status
assert run.data.params == {"lr": "0.1", "größe": "ä\u2028\U0001f600"}, run.data.params
assert run.data.tags["phase"] == "second"
assert run.data.metrics["nan"] != run.data.metrics["nan"]
assert run.data.metrics["inf"] == float("inf")
history = client.get_metric_history(own, "loss")
assert [point.step for point in history] == list(range(steps)), (len(history), steps)
assert [point.value for point in history] == [1 / (step + 1) for step in range(steps)]
assert mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/hello.txt") == "hello"
with tempfile.TemporaryDirectory() as folder:
    path = client.download_artifacts(own, "model/weights.bin", folder)
    assert os.path.getsize(path) == 3_000_000
    with open(path, "rb") as file:
        assert sum(file.read()) == weights

below = client.get_run(child)
assert below.data.tags["mlflow.parentRunId"] == own
assert below.info.status == "FINISHED" and below.info.run_name == "child"
assert below.data.params == {"depth": "3"} and below.data.metrics == {"score": 0.5}

for name in ["made offline", "made twice"]:
    experiment = client.get_experiment_by_name(name)
    (other,) = client.search_runs([experiment.experiment_id])
    assert other.info.run_name == "in " + name and other.data.metrics == {"score": 2.0}
    assert mlflow.artifacts.load_text(other.info.artifact_uri + "/name.txt") == name
print("ok")
