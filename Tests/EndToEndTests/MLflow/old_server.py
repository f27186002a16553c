"""Fills an MLflow store of its own, and compares the factory with it after the import.

Usage: old_server.py make FOLDER | check FOLDER
"""

import math
import os
import sys

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric

word, folder = sys.argv[1:]
old = MlflowClient(f"sqlite:///{folder}/mlflow.db", f"sqlite:///{folder}/mlflow.db")


def make():
    id = old.create_experiment("old", artifact_location=f"file://{folder}/old-artifacts", tags={"team": "a"})
    for i in range(3):
        run = old.create_run(id, run_name=f"run{i}", tags={"i": str(i)}).info.run_id
        old.log_batch(run, metrics=[Metric("loss", 1 / (step + 1), step, step) for step in range(100)])
        old.log_param(run, "p", "x" * 100)
        old.log_text(run, f"text {i}", "sub/file.txt")
        old.set_terminated(run, "FINISHED" if i else "FAILED")
    # As the server's artifact proxy keeps files unless told otherwise.
    proxied = old.create_experiment("proxied", artifact_location="mlflow-artifacts:/77")
    sent = old.create_run(proxied, tags={"who's?": "x"}).info
    place = sent.artifact_uri.replace("mlflow-artifacts:", folder + "/mlartifacts") + "/sub"
    os.makedirs(place)
    open(place + "/ü.txt", "w").write("through the proxy")
    old.create_run(proxied)
    old.log_metric(run, "bad", float("nan"))
    old.log_metric(run, "big", float("inf"))
    old.create_registered_model("m", tags={"k": "v"}, description="words")
    for i in range(3):
        version = old.create_model_version("m", old.get_run(run).info.artifact_uri + "/sub", run)
    old.delete_model_version("m", "2")
    old.set_registered_model_alias("m", "champion", "3")


def check():
    new = MlflowClient()
    id = new.get_experiment_by_name("old").experiment_id
    assert new.get_experiment(id).tags == {"team": "a"}
    runs = old.search_runs([old.get_experiment_by_name("old").experiment_id])
    assert len(new.search_runs([id])) == len(runs) == 3
    for run in runs:
        got = new.get_run(run.info.run_id)
        assert got.data.params == run.data.params and got.data.tags == run.data.tags
        assert got.info.status == run.info.status and got.info.end_time == run.info.end_time
        for key, value in run.data.metrics.items():
            assert got.data.metrics[key] == value or math.isnan(value) or math.isinf(got.data.metrics[key])
        history = new.get_metric_history(run.info.run_id, "loss")
        assert [(m.step, m.value) for m in history] == [
            (m.step, m.value) for m in old.get_metric_history(run.info.run_id, "loss")]
        text = mlflow.artifacts.load_text(got.info.artifact_uri + "/sub/file.txt")
        assert text == f"text {got.data.tags['i']}"
    sent, = new.search_runs([new.get_experiment_by_name("proxied").experiment_id], "tags.`who's?` = 'x'")
    assert mlflow.artifacts.load_text(sent.info.artifact_uri + "/sub/ü.txt") == "through the proxy"
    assert new.get_registered_model("m").tags == {"k": "v"}
    assert str(new.get_model_version_by_alias("m", "champion").version) == "3"
    assert sorted(int(v.version) for v in new.search_model_versions("name = 'm'")) == [1, 3]
    uri = new.get_model_version_download_uri("m", "3")
    assert mlflow.artifacts.load_text(uri + "/file.txt") == "text 2"


os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
{"make": make, "check": check}[word]()
