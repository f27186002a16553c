"""What data scientists do with MLflow's own client, against the factory.

Usage: gestures.py [NAME ...]; see harness.py.
"""

import math
import os
import tempfile
import time

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

from harness import client, fresh, gesture, main, raises


@gesture
def experiments():
    name = fresh()
    id = client.create_experiment(name, tags={"team": "a"})
    raises("RESOURCE_ALREADY_EXISTS", lambda: client.create_experiment(name), "already exists")
    assert client.get_experiment(id).name == name
    assert client.get_experiment_by_name(name).tags == {"team": "a"}
    assert client.get_experiment_by_name(fresh()) is None
    client.set_experiment_tag(id, "team", "b")
    client.rename_experiment(id, name + "-2")
    found = client.search_experiments(filter_string=f"name = '{name}-2' AND tags.team = 'b'")
    assert [e.experiment_id for e in found] == [id]
    assert client.search_experiments(filter_string=f"name LIKE '{name.upper()}%'") == []
    assert len(client.search_experiments(filter_string=f"name ILIKE '{name.upper()}%'")) == 1
    client.delete_experiment(id)
    assert client.get_experiment(id).lifecycle_stage == "deleted"
    deleted = client.search_experiments(view_type=ViewType.DELETED_ONLY, max_results=1000)
    assert id in [e.experiment_id for e in deleted]
    raises("RESOURCE_ALREADY_EXISTS", lambda: client.create_experiment(name + "-2"))
    client.restore_experiment(id)
    assert client.get_experiment(id).lifecycle_stage == "active"
    assert mlflow.set_experiment(name + "-2").experiment_id == id
    for _ in range(3):
        client.create_experiment(fresh("page"))
    first = client.search_experiments(filter_string="name LIKE 'page-%'", max_results=2)
    second = client.search_experiments(
        filter_string="name LIKE 'page-%'", max_results=2, page_token=first.token)
    assert len(first) == 2 and second and not {e.name for e in first} & {e.name for e in second}
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_experiment("424242"), "No Experiment with id=424242")


@gesture
def fluent_run():
    mlflow.set_experiment(fresh())
    with mlflow.start_run(run_name="first", tags={"k": "v"}, description="words") as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({f"p{i}": i for i in range(120)})
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metrics({"loss": 0.25, "acc": 0.75}, step=2)
        mlflow.set_tags({"a/b": "1", "empty": ""})
        mlflow.log_metric("bad", float("nan"))
        mlflow.log_metric("big", float("inf"))
        raises("INVALID_PARAMETER_VALUE", lambda: mlflow.log_param("lr", 0.2),
               "Changing param values is not allowed", "key='lr'", "value='0.1'")
    got = client.get_run(run.info.run_id)
    assert got.info.status == "FINISHED" and got.info.end_time >= got.info.start_time
    assert got.info.run_name == "first" and got.data.tags["mlflow.runName"] == "first"
    assert got.data.metrics["loss"] == 0.25 and math.isnan(got.data.metrics["bad"])
    assert got.data.metrics["big"] == float("inf")
    assert len(got.data.params) == 121 and got.data.tags["empty"] == ""
    history = client.get_metric_history(run.info.run_id, "loss")
    assert [(m.step, m.value) for m in history] == [(1, 0.5), (2, 0.25)]
    assert client.get_metric_history(run.info.run_id, "none") == []
    client.update_run(run.info.run_id, status="FAILED", name="renamed")
    got = client.get_run(run.info.run_id)
    assert got.info.status == "FAILED" and got.data.tags["mlflow.runName"] == "renamed"
    client.set_tag(run.info.run_id, "mlflow.runName", "again")
    assert client.get_run(run.info.run_id).info.run_name == "again"
    client.delete_tag(run.info.run_id, "k")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_tag(run.info.run_id, "k"), "No tag with name: k")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_run("f" * 32), "Run with id=" + "f" * 32 + " not found")
    unnamed = client.create_run(got.info.experiment_id)
    assert unnamed.info.run_name.count("-") == 2


@gesture
def nested_and_resumed_runs():
    mlflow.set_experiment(fresh())
    with mlflow.start_run() as parent:
        for i in range(3):
            with mlflow.start_run(nested=True, run_name=f"child{i}"):
                mlflow.log_metric("m", i)
    children = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["metrics.m DESC"], output_format="list")
    assert [c.info.run_name for c in children] == ["child2", "child1", "child0"]
    with mlflow.start_run(run_id=parent.info.run_id):
        mlflow.log_metric("again", 1)
    assert client.get_run(parent.info.run_id).data.metrics == {"again": 1}
    with mlflow.start_run(parent_run_id=parent.info.run_id):
        pass


@gesture
def batches():
    id = client.create_experiment(fresh())
    run = client.create_run(id).info.run_id
    now = int(time.time() * 1000)
    points = [Metric("m", i / 7, now + i, i) for i in range(1500)]
    client.log_batch(run, metrics=points[:900], params=[Param("a", "1")], tags=[RunTag("t", "x")])
    client.log_batch(run, metrics=points[600:900])  # again: ignored
    client.log_batch(run, metrics=points[900:])
    history = client.get_metric_history(run, "m")
    assert [m.value for m in history] == [p.value for p in points]
    assert client.get_run(run).data.metrics["m"] == points[-1].value
    raises("INVALID_PARAMETER_VALUE", lambda: client.log_batch(run, params=[Param("a", "2")]))
    client.log_batch(run, params=[Param("a", "1")])
    client.log_param(run, "long", "x" * 7000)
    assert len(client.get_run(run).data.params["long"]) == 6000
    raises("INVALID_PARAMETER_VALUE", lambda: client.log_metric(run, "b?d", 1), "Names may only contain")
    client.delete_run(run)
    raises("INVALID_PARAMETER_VALUE", lambda: client.log_metric(run, "x", 1), "must be in the 'active' state")
    client.restore_run(run)
    client.log_metric(run, "x", 1)


@gesture
def asynchronous_logging():
    mlflow.set_experiment(fresh())
    with mlflow.start_run() as run:
        waits = [mlflow.log_metric("m", i, step=i, synchronous=False) for i in range(300)]
        mlflow.log_params({"a": 1, "b": 2}, synchronous=False).wait()
        for wait in waits:
            wait.wait()
    assert len(client.get_metric_history(run.info.run_id, "m")) == 300
    assert client.get_run(run.info.run_id).data.params == {"a": "1", "b": "2"}


@gesture
def search():
    id = client.create_experiment(fresh())
    runs = []
    for i in range(10):
        run = client.create_run(id, start_time=1000 + i, run_name=f"Run{i}", tags={"odd": str(i % 2)})
        client.log_metric(run.info.run_id, "acc", i / 10 if i != 9 else float("nan"))
        client.log_param(run.info.run_id, "depth", i)
        if i < 5:
            client.set_terminated(run.info.run_id, end_time=2000 + i)
        runs.append(run.info.run_id)
    client.set_tag(runs[3], "only", "here")

    def names(filter="", **more):
        return [r.info.run_name for r in client.search_runs([id], filter, **more)]

    assert names() == [f"Run{i}" for i in reversed(range(10))]
    assert names("metrics.acc > 0.65", order_by=["metrics.acc ASC"]) == ["Run7", "Run8"]
    assert names("metrics.acc >= 0.7 AND tags.odd = '1'") == ["Run7"]
    assert names("params.depth = '4'") == ["Run4"] and names('params."depth" != \'4\'')[0] == "Run9"
    assert names("run_name LIKE 'run%'") == [] and len(names("attributes.run_name ILIKE 'run%'")) == 10
    assert names("tags.only IS NOT NULL") == ["Run3"] and len(names("tags.only IS NULL")) == 9
    assert names("tags.only != 'x'") == ["Run3"]
    assert names("status = 'FINISHED' and start_time < 1003", order_by=["start_time ASC"]) == ["Run0", "Run1", "Run2"]
    assert set(names(f"run_id IN ('{runs[1]}', '{runs[2]}')")) == {"Run1", "Run2"}
    assert len(names(f"attributes.run_id NOT IN ('{runs[1]}')")) == 9
    assert names("end_time >= 2004") == ["Run4"]
    assert names(order_by=["metrics.acc DESC"])[0] == "Run8" and names(order_by=["metrics.acc"])[-1] == "Run9"
    assert names(order_by=["tags.only ASC", "params.depth ASC"])[0] == "Run3"
    assert names("tags.`mlflow.runName` = 'Run5'") == ["Run5"]
    page = client.search_runs([id], max_results=4, order_by=["start_time ASC"])
    more = client.search_runs([id], max_results=4, order_by=["start_time ASC"], page_token=page.token)
    assert [r.info.run_name for r in more] == ["Run4", "Run5", "Run6", "Run7"]
    client.delete_run(runs[0])
    assert len(names()) == 9 and names(run_view_type=ViewType.DELETED_ONLY) == ["Run0"]
    assert len(names(run_view_type=ViewType.ALL)) == 10
    for bad, word in [
        ("metrics.acc > 1 OR metrics.acc < 0", "Invalid clause(s) in filter string"),
        ("foo.bar = 'x'", "Invalid entity type 'foo'"), ("metrics.acc LIKE 'x'", "Invalid comparator"),
        ("metrics.acc = 'x'", "Expected numeric value"), ("params.depth = 4", "quoted string"),
        ("attributes.nonsense = 'x'", "Invalid attribute key"), ("metrics.acc >", ""), ("'", ""), ("((", ""),
    ]:
        raises("INVALID_PARAMETER_VALUE", lambda: names(bad), word)
    raises("INVALID_PARAMETER_VALUE", lambda: names(order_by=["metrics.acc SIDEWAYS"]), "order_by")
    raises("INVALID_PARAMETER_VALUE", lambda: client.search_runs([id], page_token="???"))
    frame = mlflow.search_runs([id], "metrics.acc > 0.5")
    assert len(frame) == 3 and frame["metrics.acc"].max() == 0.8


@gesture
def dataset_inputs():
    import pandas

    mlflow.set_experiment(fresh())
    data = mlflow.data.from_pandas(pandas.DataFrame({"a": [1, 2]}), source="https://example.org/x.csv", name="ds")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training")
    found = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert found[0].dataset.name == "ds" and found[0].dataset.digest == data.digest
    assert found[0].tags[0].value == "training" and "mlflow_colspec" in found[0].dataset.schema
    names = mlflow.search_runs(filter_string="dataset.name = 'ds' AND dataset.context = 'training'", output_format="list")
    assert [r.info.run_id for r in names] == [run.info.run_id]


@gesture
def artifacts():
    mlflow.set_experiment(fresh())
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        id = run.info.run_id
        os.makedirs(folder + "/sub/deep")
        big = os.urandom(3 << 20)
        for name, bytes in [("a.txt", b"hello"), ("sub/b ä.bin", big), ("sub/deep/c.csv", b"x,y\n"), ("empty", b"")]:
            open(f"{folder}/{name}", "wb").write(bytes)
        mlflow.log_artifacts(folder, "all")
        mlflow.log_artifact(folder + "/a.txt")
        mlflow.log_text("text", "notes/n.txt")
        mlflow.log_dict({"a": [1]}, "d.json")
        import matplotlib.pyplot as plot

        mlflow.log_figure(plot.figure(), "f.png")
    assert {f.path: (f.is_dir, f.file_size) for f in client.list_artifacts(id)} == {
        "a.txt": (False, 5), "all": (True, None), "d.json": (False, client.list_artifacts(id)[2].file_size),
        "f.png": (False, client.list_artifacts(id)[3].file_size), "notes": (True, None)}
    assert [f.path for f in client.list_artifacts(id, "all/sub")] == ["all/sub/b ä.bin", "all/sub/deep"]
    assert client.list_artifacts(id, "a.txt") == [] and client.list_artifacts(id, "nowhere") == []
    with tempfile.TemporaryDirectory() as target:
        path = client.download_artifacts(id, "all", target)
        assert open(path + "/sub/b ä.bin", "rb").read() == big and open(path + "/empty", "rb").read() == b""
    assert mlflow.artifacts.load_dict(f"runs:/{id}/d.json") == {"a": [1]}
    assert mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/n.txt") == "text"
    try:
        mlflow.artifacts.load_text(f"runs:/{id}/none.txt")
        raise AssertionError("no error for an absent artifact")
    except MlflowException:
        pass
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    repository = get_artifact_repository(run.info.artifact_uri)
    repository.delete_artifacts("all/sub")
    assert [f.path for f in client.list_artifacts(id, "all")] == ["all/a.txt", "all/empty"]


@gesture
def registry():
    name = fresh("model")
    model = client.create_registered_model(name, tags={"t": "1"}, description="d")
    assert model.name == name and model.description == "d"
    raises("RESOURCE_ALREADY_EXISTS", lambda: client.create_registered_model(name), "already exists")
    run = client.create_run("0")
    uri = run.info.artifact_uri + "/model"
    v1 = client.create_model_version(name, uri, run.info.run_id, description="one", tags={"x": "y"})
    v2 = client.create_model_version(name, uri, run.info.run_id)
    assert (v1.version, v2.version, v1.status) in [("1", "2", "READY"), (1, 2, "READY")]
    client.set_registered_model_alias(name, "champion", "1")
    client.set_registered_model_alias(name, "challenger", "2")
    assert str(client.get_model_version_by_alias(name, "champion").version) == "1"
    client.set_registered_model_alias(name, "champion", "2")
    assert sorted(client.get_model_version(name, "2").aliases) == ["challenger", "champion"]
    assert client.get_registered_model(name).aliases == {"champion": "2", "challenger": "2"}
    client.delete_registered_model_alias(name, "champion")
    raises("INVALID_PARAMETER_VALUE", lambda: client.get_model_version_by_alias(name, "champion"), "alias champion not found")
    client.set_model_version_tag(name, "1", "k", "v")
    client.delete_model_version_tag(name, "1", "x")
    assert client.get_model_version(name, "1").tags == {"k": "v"}
    client.set_registered_model_tag(name, "a", "b")
    client.delete_registered_model_tag(name, "t")
    assert client.get_registered_model(name).tags == {"a": "b"}
    client.update_registered_model(name, "new words")
    client.update_model_version(name, "1", "uno")
    assert client.get_model_version(name, "1").description == "uno"
    assert client.get_model_version_download_uri(name, "1") == uri
    found = client.search_model_versions(f"name = '{name}'")
    assert sorted(int(v.version) for v in found) == [1, 2]
    assert len(client.search_model_versions(f"run_id = '{run.info.run_id}' AND tags.k = 'v'")) == 1
    assert [m.name for m in client.search_registered_models(f"name LIKE '{name[:8]}%' AND tags.a = 'b'")] == [name]
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_registered_model(fresh()), "not found")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_model_version(name, "9"), "not found")
    client.transition_model_version_stage(name, "1", "Production")
    client.transition_model_version_stage(name, "2", "production", archive_existing_versions=True)
    assert client.get_model_version(name, "1").current_stage == "Archived"
    assert [int(v.version) for v in client.get_latest_versions(name, ["Production"])] == [2]
    client.rename_registered_model(name, name + "-new")
    assert len(client.search_model_versions(f"name = '{name}-new'")) == 2
    client.delete_model_version(name + "-new", "2")
    client.delete_registered_model(name + "-new")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_registered_model(name + "-new"))


@gesture
def logged_sklearn_model():
    import numpy
    from sklearn.linear_model import LinearRegression

    mlflow.set_experiment(fresh())
    name = fresh("lin")
    x = numpy.array([[0.0], [1.0], [2.0]])
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(
            LinearRegression().fit(x, [0.0, 2.0, 4.0]), name="model", input_example=x,
            registered_model_name=name, params={"a": 1}, tags={"b": "c"})
        mlflow.log_metric("rmse", 0.5, model_id=info.model_id)
    client.set_registered_model_alias(name, "champion", "1")
    for uri in [f"models:/{name}@champion", f"models:/{name}/1", f"models:/{name}/latest", info.model_uri]:
        assert abs(mlflow.pyfunc.load_model(uri).predict(numpy.array([[3.0]]))[0] - 6) < 1e-9
    logged = mlflow.get_logged_model(info.model_id)
    assert logged.params == {"a": "1"} and logged.tags["b"] == "c" and str(logged.status) == "READY"
    assert [(m.key, m.value) for m in logged.metrics] == [("rmse", 0.5)]
    found = mlflow.search_logged_models(filter_string="metrics.rmse < 1 AND name = 'model'", output_format="list")
    assert [m.model_id for m in found] == [info.model_id]
    mlflow.set_logged_model_tags(info.model_id, {"z": "1"})
    mlflow.delete_logged_model_tag(info.model_id, "z")
    with mlflow.start_run() as other:
        client.log_outputs(other.info.run_id, [mlflow.entities.LoggedModelOutput(info.model_id, 3)])
    assert client.get_run(other.info.run_id).outputs.model_outputs[0].step == 3


@gesture
def autolog_sklearn():
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    mlflow.set_experiment(fresh())
    mlflow.sklearn.autolog(silent=True)
    try:
        x, y = load_iris(return_X_y=True)
        search = GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1.0]}, cv=2)
        with mlflow.start_run() as run:
            search.fit(x, y)
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = client.get_run(run.info.run_id)
    assert data.data.metrics["best_cv_score"] > 0.8 and "best_C" in data.data.params
    assert "cv_results.csv" in [f.path for f in client.list_artifacts(run.info.run_id)]
    children = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    assert len(children) == 2


@gesture
def autolog_xgboost():
    import numpy
    import xgboost

    mlflow.set_experiment(fresh())
    mlflow.xgboost.autolog(silent=True)
    try:
        x = numpy.random.default_rng(0).random((100, 3))
        data = xgboost.DMatrix(x, x[:, 0])
        with mlflow.start_run() as run:
            xgboost.train({"max_depth": 2}, data, num_boost_round=5, evals=[(data, "train")], verbose_eval=False)
    finally:
        mlflow.xgboost.autolog(disable=True)
    assert len(client.get_metric_history(run.info.run_id, "train-rmse")) == 5
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    model = mlflow.pyfunc.load_model(f"models:/{outputs[0].model_id}")
    assert len(model.predict(x[:4])) == 4


@gesture
def evaluate():
    import pandas

    mlflow.set_experiment(fresh())
    frame = pandas.DataFrame({"a": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.5], "p": [1.0, 2.0, 3.0]})
    with mlflow.start_run() as run:
        mlflow.models.evaluate(data=frame, targets="y", predictions="p", model_type="regressor", evaluators="default",
                               evaluator_config={"log_model_explainability": False})
    assert "root_mean_squared_error" in client.get_run(run.info.run_id).data.metrics


@gesture
def traces():
    id = mlflow.set_experiment(fresh()).experiment_id

    @mlflow.trace(name="answer", attributes={"a": 1})
    def answer(question):
        with mlflow.start_span("inner") as span:
            span.set_inputs({"q": question})
        return question.upper()

    assert answer("why") == "WHY"
    mlflow.flush_trace_async_logging()
    found = client.search_traces([id])
    assert len(found) == 1 and found[0].info.state == "OK"
    trace = mlflow.get_trace(found[0].info.trace_id)
    assert [s.name for s in trace.data.spans] == ["answer", "inner"] and "why" in trace.info.request_preview
    client.set_trace_tag(trace.info.trace_id, "team", "a")
    assert len(client.search_traces([id], filter_string="tags.team = 'a' AND status = 'OK'")) == 1
    assert client.search_traces([id], filter_string="name = 'other'") == []
    feedback = mlflow.log_feedback(trace_id=trace.info.trace_id, name="good", value=True, rationale="because")
    mlflow.log_expectation(trace_id=trace.info.trace_id, name="expected", value="WHY")
    assert client.get_trace(trace.info.trace_id).info.assessments[0].feedback.value is True
    mlflow.update_assessment(
        trace.info.trace_id, feedback.assessment_id, mlflow.entities.Feedback(name="good", value=False))
    assert mlflow.get_assessment(trace.info.trace_id, feedback.assessment_id).feedback.value is False
    mlflow.delete_assessment(trace.info.trace_id, feedback.assessment_id)
    assert [a.name for a in client.get_trace(trace.info.trace_id).info.assessments] == ["expected"]
    assert client.delete_traces(id, trace_ids=[trace.info.trace_id]) == 1
    assert client.search_traces([id]) == []


if __name__ == "__main__":
    main()
