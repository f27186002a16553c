"""A job that tries to change what another has made: `sys.argv[1]` is its run, `sys.argv[2]` an address of the server."""

import json
import os
import re
import sys
import urllib.error
import urllib.request

import mlflow
import requests
from mlflow.exceptions import MlflowException

foreign, server = sys.argv[1], sys.argv[2]
own = os.environ["MLFLOW_RUN_ID"]
client = mlflow.MlflowClient()


def denied(call):
    try:
        call()
    except MlflowException as error:
        assert error.error_code == "PERMISSION_DENIED", error
        return
    except requests.HTTPError as error:
        assert error.response.status_code == 403, error
        return
    raise AssertionError("it was not refused")


# What is the job's own works as ever.
with mlflow.start_run() as run:
    assert run.info.run_id == own
    mlflow.log_metric("loss", 0.5)
    mlflow.log_text("mine", "notes.txt")
    with mlflow.start_run(nested=True, run_name="child") as child:
        mlflow.log_param("depth", 3)
        mlflow.log_text("child's", "notes.txt")
mlflow.set_experiment("made by the job")
mlflow.set_experiment_tag("color", "red")
with mlflow.start_run(run_name="apart"):
    mlflow.log_metric("loss", 0.25)

# Everything can be read.
known = client.get_run(foreign)
assert known.data.params == {"mine": "yes"}, known.data.params
assert mlflow.artifacts.load_text(known.info.artifact_uri + "/notes.txt") == "theirs"

# Nothing of others can be changed.
denied(lambda: client.log_metric(foreign, "loss", 1.0))
denied(lambda: client.log_batch(foreign, params=[mlflow.entities.Param("p", "1")]))
denied(lambda: client.set_tag(foreign, "a", "b"))
denied(lambda: client.set_terminated(foreign))
denied(lambda: client.delete_run(foreign))
denied(lambda: client.log_text(foreign, "changed", "notes.txt"))
denied(lambda: client.delete_experiment(known.info.experiment_id))
denied(lambda: client.rename_experiment(known.info.experiment_id, "renamed"))
denied(lambda: client.delete_registered_model("theirs"))
denied(lambda: client.set_model_version_tag("theirs", "1", "a", "b"))

# Nor by the token that the agent has for the server, which a job that is not isolated can find.
found = set()
for folder, _, names in os.walk(os.path.dirname(os.environ["AIFACTORY_CHECKPOINT_DIR"])):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            found.update(re.findall(b"run_[0-9a-f]{32}_[0-9a-f]{64}", file.read()))
assert len(found) == 1, found
token = found.pop().decode()


def ask(path, body):
    request = urllib.request.Request(
        server + path, json.dumps(body).encode(),
        {"Authorization": "Bearer " + token, "Content-Type": "application/json"},
    )
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


tag = {"key": "a", "value": "b"}
assert ask("/api/2.0/mlflow/runs/set-tag", {"run_id": own, **tag}) == 200
assert ask("/api/2.0/mlflow/runs/set-tag", {"run_id": foreign, **tag}) == 403
assert ask("/ajax-api/2.0/mlflow/runs/delete", {"run_id": foreign}) == 403
print("child", child.info.run_id)
