"""A job without network that logs models with MLflow's client, and reads them back.

`check RUN` asks the server what came of it.
"""

import sys

import mlflow
import numpy
from sklearn.linear_model import LinearRegression

client = mlflow.MlflowClient()
rows = numpy.arange(20, dtype=float).reshape(10, 2)
target = rows @ [2.0, -1.0] + 3


def job():
    mlflow.sklearn.autolog()
    with mlflow.start_run() as run:
        model = LinearRegression().fit(rows, target)
        logged = mlflow.sklearn.log_model(
            model, name="line", input_example=rows[:2], params={"kind": "line"}
        )
        loaded = mlflow.sklearn.load_model(logged.model_uri)
        assert numpy.allclose(loaded.predict(rows), target)
        known = mlflow.get_logged_model(logged.model_id)
        assert known.status == "READY" and known.params["kind"] == "line", known
        mlflow.log_metric("rmse", 0.25, model_id=logged.model_id)
        again = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/line")
        assert numpy.allclose(again.predict(rows), target)
        outputs = client.get_run(run.info.run_id).outputs.model_outputs
        assert logged.model_id in [each.model_id for each in outputs]

        # The registry does what it is asked once it hears of it; until then a number stands for the version.
        for word in ["first", "second"]:
            version = mlflow.register_model(logged.model_uri, "lines", tags={"word": word})
            assert int(version.version) >= 1_000_000_000, version
        client.set_registered_model_alias("lines", "best", version.version)
        client.set_model_version_tag("lines", version.version, "checked", "yes")
        client.update_model_version("lines", version.version, "a straight line")
        for name in ["best", "latest"]:
            found = mlflow.sklearn.load_model(f"models:/lines@{name}")
            assert numpy.allclose(found.predict(rows), target)
        newest = client.get_model_version_by_alias("lines", "latest")
        assert newest.tags["word"] == "second", newest

        @mlflow.trace
        def asked(number):
            return number + 1

        asked(1)
        mlflow.flush_trace_async_logging()
    print("logged", logged.model_id)


def check(run_id):
    run = client.get_run(run_id)
    assert run.data.metrics["training_r2_score"] == 1.0, run.data.metrics
    assert run.data.params["fit_intercept"] == "True"
    assert run.inputs.dataset_inputs, "autologging logs what was fitted to"
    models = client.search_logged_models([run.info.experiment_id])
    line = next(model for model in models if model.name == "line")
    assert line.status == "READY" and line.params["kind"] == "line"
    assert {metric.key: metric.value for metric in line.metrics}["rmse"] == 0.25
    loaded = mlflow.sklearn.load_model(f"models:/{line.model_id}")
    assert numpy.allclose(loaded.predict(rows), target)
    (trace,) = client.search_traces(
        locations=[run.info.experiment_id], filter_string=f"run_id = '{run_id}'"
    )
    assert [span.name for span in trace.data.spans] == ["asked"], trace
    versions = client.search_model_versions("name = 'lines'")
    assert sorted((int(v.version), v.tags["word"]) for v in versions) == [
        (1, "first"), (2, "second"),
    ], versions
    best = client.get_model_version_by_alias("lines", "best")
    assert best.version in (2, "2") and best.tags["checked"] == "yes", best
    assert best.description == "a straight line" and best.source == f"models:/{line.model_id}"
    assert line.tags["mlflow.modelVersions"] == (
        '[{"name": "lines", "version": 1}, {"name": "lines", "version": 2}]'
    ), line.tags
    loaded = mlflow.sklearn.load_model("models:/lines@best")
    assert numpy.allclose(loaded.predict(rows), target)
    print("ok")


if sys.argv[1] == "check":
    check(sys.argv[2])
else:
    job()
