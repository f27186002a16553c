"""A training script in a job whose processes can reach nothing but their agent.

It knows nothing of the factory. The test kills the server while it runs: `sys.argv[1]` is a folder of signals
between both.
"""

import os
import sys
import tempfile
import time

import mlflow
from mlflow.exceptions import MlflowException

signals = sys.argv[1]


def tell(word, text=""):
    with open(f"{signals}/{word}.new", "w") as file:
        file.write(text)
    os.rename(f"{signals}/{word}.new", f"{signals}/{word}")


def wait_for(word, meanwhile=lambda: None):
    end = time.time() + 200
    while not os.path.exists(f"{signals}/{word}"):
        assert time.time() < end, f"nobody said {word}"
        meanwhile()
        time.sleep(0.02)


own = os.environ["MLFLOW_RUN_ID"]
client = mlflow.MlflowClient()
step = 0


def log_step():
    global step
    mlflow.log_metric("loss", 1 / (step + 1), step=step)
    step += 1


with mlflow.start_run() as run:
    assert run.info.run_id == own
    mlflow.log_params({"lr": 0.1, "größe": "ä\u2028\U0001f600"})
    mlflow.log_metrics({"nan": float("nan"), "inf": float("inf"), "low": -float("inf")}, step=7)
    mlflow.set_tag("phase", "first")
    mlflow.log_text("hello", "notes/hello.txt")
    for _ in range(20):
        log_step()
    tell("logged")

    # The test looks at the curve, and then kills the server.
    wait_for("killed", log_step)
    before = step
    for _ in range(50):
        log_step()
    with mlflow.start_run(nested=True, run_name="child") as child:
        mlflow.log_param("depth", 3)
        mlflow.log_metric("score", 0.5)
    mlflow.set_tag("phase", "second")
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/weights.bin", "wb") as file:
            file.write(os.urandom(3_000_000))
        with open(folder + "/weights.bin", "rb") as file:
            weights = file.read()
        mlflow.log_artifact(folder + "/weights.bin", "model")

    # What the job has written it can read.
    known = client.get_run(own)
    assert known.data.params == {"lr": "0.1", "größe": "ä\u2028\U0001f600"}, known.data.params
    assert known.data.tags["phase"] == "second"
    assert known.data.metrics["loss"] == 1 / step
    assert known.data.metrics["nan"] != known.data.metrics["nan"]
    assert known.data.metrics["low"] == -float("inf")
    history = client.get_metric_history(own, "loss")
    assert [point.step for point in history] == list(range(step)), len(history)
    found = client.search_runs(
        [run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{own}'"
    )
    assert [each.info.run_id for each in found] == [child.info.run_id]
    assert found[0].info.status == "FINISHED"
    names = {file.path for file in client.list_artifacts(own)}
    assert names == {"notes", "model"}, names
    with tempfile.TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(
            run_id=own, artifact_path="model/weights.bin", dst_path=folder
        )
        with open(path, "rb") as file:
            assert file.read() == weights

    # Mistakes are told at once, and so is what needs the server.
    def fails(code, call):
        start = time.time()
        try:
            call()
        except MlflowException as error:
            assert error.error_code == code, error
            assert time.time() - start < 5, "it took too long to say no"
            return str(error)
        raise AssertionError(f"no {code}")

    fails("INVALID_PARAMETER_VALUE", lambda: client.log_param(own, "lr", 0.2))
    fails("INVALID_PARAMETER_VALUE", lambda: client.log_metric(own, "a//b", 1.0))
    fails("TEMPORARILY_UNAVAILABLE", lambda: client.get_run("0" * 32))
    fails("TEMPORARILY_UNAVAILABLE", lambda: client.search_registered_models())

    # One experiment that the server does not have, and one that it gets meanwhile.
    for name in ["made offline", "made twice"]:
        experiment = client.create_experiment(name)
        other = client.create_run(experiment, run_name="in " + name)
        client.log_metric(other.info.run_id, "score", 2.0)
        client.log_text(other.info.run_id, name, "name.txt")
        client.set_terminated(other.info.run_id)
    tell("weights", str(sum(weights)))
    tell("done", f"{before} {step} {child.info.run_id}")
