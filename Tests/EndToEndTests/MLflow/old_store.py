"""Fills a store of MLflow's without a server, and compares the factory with it after the import.

Usage: old_store.py make|check file|sqlite FOLDER
"""

import math
import os
import sys

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
# Git asks for nothing here.
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

import mlflow
import pandas
from mlflow import MlflowClient
from mlflow.entities import Metric, ViewType

word, kind, folder = sys.argv[1:]
uri = f"file://{folder}/mlruns" if kind == "file" else f"sqlite:///{folder}/old.db"
factory = os.environ.get("MLFLOW_TRACKING_URI")
# Values of one step and time; of the two, MLflow's database tells the one that it says is the latest.
NAN, INF = float("nan"), float("inf")
TIES = {"nan-inf": [NAN, INF], "inf-nan": [INF, NAN], "nan-minus": [NAN, -1.0], "minus-nan": [-1.0, NAN], "nan-zero": [NAN, 0.0], "zero-nan": [0.0, NAN]}


def make():
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    old = MlflowClient()
    location = None if kind == "file" else f"file://{folder}/arts"
    experiment = old.create_experiment("old", artifact_location=location, tags={"team": "a"})
    mlflow.set_experiment(experiment_id=experiment)
    data = mlflow.data.from_pandas(pandas.DataFrame({"a": [1, 2]}), name="d")

    class Constant(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input):
            return [1] * len(model_input)

    with mlflow.start_run(run_name="first", description="words") as run:
        mlflow.log_params({"p": "x", "sub/q": "1\n2", "number": 1e-5})
        mlflow.log_metrics({"loss": 0.5, "a/b": 1.0}, step=3)
        mlflow.log_metric("bad", float("nan"))
        mlflow.log_metric("big", float("-inf"))
        for key, values in TIES.items():
            for value in values:
                old.log_metric(run.info.run_id, key, value, timestamp=1, step=1)
        old.log_batch(run.info.run_id, metrics=[Metric("curve", 1 / (i + 1), i, i) for i in range(500)])
        mlflow.log_text("hello", "sub/file.txt")
        mlflow.log_input(data, context="training", tags={"k": "v"})
        model = mlflow.pyfunc.log_model(name="model", python_model=Constant(), params={"depth": "3"})
        mlflow.log_metric("acc", 0.9, step=1, model_id=model.model_id, dataset=data)
    for i in range(30):
        other = old.create_run(experiment, run_name=f"run{i}", tags={"i": str(i)}).info.run_id
        old.log_metric(other, "loss", i)
        old.set_terminated(other, "FAILED" if i else "KILLED")
    old.delete_run(other)

    @mlflow.trace
    def answer(x):
        with mlflow.start_span("inner"):
            return x + 1

    answer(2)
    mlflow.flush_trace_async_logging()
    trace = old.search_traces(locations=[experiment])[0].info.trace_id
    mlflow.log_feedback(trace_id=trace, name="good", value=True, rationale="because")
    mlflow.log_expectation(trace_id=trace, name="expected", value={"a": [1]})
    old.set_trace_tag(trace, "team", "b")
    old.create_registered_model("m", tags={"k": "v"}, description="words")
    old.create_model_version("m", f"models:/{model.model_id}", run.info.run_id, model_id=model.model_id)
    old.create_model_version("m", run.info.artifact_uri + "/sub", run.info.run_id, tags={"q": "w"})
    old.set_registered_model_alias("m", "champion", "1")
    old.delete_experiment(old.create_experiment("gone"))


def shape(value):
    """Something comparable even for what is no number; MLflow's database has the largest double for infinity."""
    return "nan" if math.isnan(value) else math.copysign(math.inf, value) if abs(value) > 1.79e308 else value


def runs_of(client, experiment):
    return {r.info.run_id: r for r in client.search_runs([experiment], run_view_type=ViewType.ALL)}


def check():
    old, new = MlflowClient(uri, uri), MlflowClient(factory, factory)
    mine, theirs = new.get_experiment_by_name("old"), old.get_experiment_by_name("old")
    assert mine.tags == theirs.tags, (mine.tags, theirs.tags)
    assert new.get_experiment_by_name("gone").lifecycle_stage == "deleted"
    before, after = runs_of(old, theirs.experiment_id), runs_of(new, mine.experiment_id)
    assert set(before) == set(after) and len(after) == 31, (set(before), set(after))
    for id, was in before.items():
        now = after[id]
        assert now.data.params == was.data.params, (now.data.params, was.data.params)
        assert now.data.tags == was.data.tags, (now.data.tags, was.data.tags)
        for field in ("status", "start_time", "end_time", "lifecycle_stage", "run_name", "user_id"):
            assert getattr(now.info, field) == getattr(was.info, field), field
        assert set(now.data.metrics) == set(was.data.metrics)
        for key in was.data.metrics:
            points = [
                sorted({(m.step, m.timestamp, shape(m.value)) for m in c.get_metric_history(id, key)}, key=str)
                for c in (old, new)]
            if key == "acc" and kind == "file":
                # Where a line names a dataset too, the client reads step 0 from its own file.
                assert [step for step, _, _ in points[1]] == [1]
                continue
            assert points[0] == points[1], (key, points)
        inputs = [
            [(i.dataset.name, i.dataset.digest, i.dataset.schema, [t.value for t in i.tags if t.key == "mlflow.data.context"])
             for i in r.inputs.dataset_inputs] for r in (was, now)]
        assert inputs[0] == inputs[1], inputs
        outputs = [[(o.model_id, o.step) for o in r.outputs.model_outputs] if r.outputs else [] for r in (was, now)]
        assert outputs[0] == outputs[1], outputs
    first = next(r for r in after.values() if r.info.run_name == "first")
    if kind == "sqlite":
        latest = [{key: shape(r.data.metrics[key]) for key in TIES} for r in (before[first.info.run_id], first)]
        assert latest[0] == latest[1], latest
    assert [shape(first.data.metrics[key]) for key in TIES] == [INF, INF, "nan", "nan", "nan", 0.0], first.data.metrics
    mlflow.set_tracking_uri(factory)
    mlflow.set_registry_uri(factory)
    assert mlflow.artifacts.load_text(first.info.artifact_uri + "/sub/file.txt") == "hello"

    model = first.outputs.model_outputs[0].model_id
    was, now = old.get_logged_model(model), new.get_logged_model(model)
    assert now.params == was.params and now.tags == was.tags and now.name == was.name
    assert now.status == was.status and now.source_run_id == was.source_run_id
    measured = [{(m.key, m.step, shape(m.value), m.dataset_name or "") for m in x.metrics or []} for x in (was, now)]
    assert measured[0] == measured[1], measured
    frame = pandas.DataFrame({"a": [1, 2, 3]})
    assert list(mlflow.pyfunc.load_model(f"models:/{model}").predict(frame)) == [1, 1, 1]

    registered = new.get_registered_model("m")
    assert registered.tags == {"k": "v"} and registered.description == "words"
    assert sorted(int(v.version) for v in new.search_model_versions("name = 'm'")) == [1, 2]
    assert str(new.get_model_version_by_alias("m", "champion").version) == "1"
    assert new.get_model_version("m", "2").tags == {"q": "w"}
    assert list(mlflow.pyfunc.load_model("models:/m@champion").predict(frame)) == [1, 1, 1]
    assert mlflow.artifacts.load_text(new.get_model_version_download_uri("m", "2") + "/file.txt") == "hello"

    traces = [
        c.search_traces(locations=[e.experiment_id]) for c, e in ((old, theirs), (new, mine))]
    assert len(traces[0]) == len(traces[1]) == 1
    id = traces[0][0].info.trace_id
    was, now = old.get_trace(id), new.get_trace(id)
    assert [s.name for s in now.data.spans] == [s.name for s in was.data.spans] == ["answer", "inner"]
    assert now.info.state == was.info.state
    assert now.info.request_time == was.info.request_time, (now.info.request_time, was.info.request_time)
    assert now.info.request_preview == was.info.request_preview and now.info.tags["team"] == "b"
    judged = [{a.name: (a.value, a.rationale, a.source.source_type) for a in t.info.assessments} for t in (was, now)]
    assert judged[0] == judged[1] and len(judged[0]) == 2, judged


{"make": make, "check": check}[word]()
