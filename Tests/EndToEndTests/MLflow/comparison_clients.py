"""What MLflow's own client makes of a script with autologging, datasets and nested runs.

As a script it does these things against MLFLOW_TRACKING_URI and prints as JSON what came of them.
"""

import json
import os

from comparison import case


@case
def client_gestures(side):
    side.run(__file__)


def main():
    import mlflow
    import numpy
    import pandas
    from mlflow import MlflowClient
    from sklearn.linear_model import LogisticRegression

    client, results = MlflowClient(), {}
    name = "gestures-" + os.urandom(5).hex()
    mlflow.set_experiment(name)

    def files(run, path=None):
        for file in client.list_artifacts(run, path):
            yield from files(run, file.path) if file.is_dir else [file.path]

    def tell(label, id):
        run = client.get_run(id)
        results[label + " params"] = run.data.params
        results[label + " metrics"] = sorted(run.data.metrics)
        results[label + " tags"] = {key: value for key, value in run.data.tags.items() if key not in ("mlflow.runName", "mlflow.user", "mlflow.log-model.history", "mlflow.parentRunId")}
        results[label + " files"] = sorted(files(id))
        results[label + " inputs"] = [[each.dataset.name, each.dataset.digest, each.dataset.source_type, each.dataset.schema, sorted((tag.key, tag.value) for tag in each.tags)] for each in run.inputs.dataset_inputs]
        results[label + " outputs"] = len(run.outputs.model_outputs) if run.outputs else 0
        results[label + " status"] = run.info.status

    rows = numpy.arange(40, dtype=float).reshape(20, 2)
    mlflow.sklearn.autolog(log_input_examples=True)
    with mlflow.start_run(run_name="fit") as run:
        LogisticRegression(C=0.5).fit(rows, rows[:, 0] > 17)
    mlflow.sklearn.autolog(disable=True)
    tell("autologging", run.info.run_id)
    model, = client.search_logged_models([run.info.experiment_id])
    flavors = mlflow.models.get_model_info(model.model_uri).flavors
    results["flavors"] = sorted(flavors)
    results["model"] = [model.name, model.status.name, model.model_type, model.params, sorted(metric.key for metric in model.metrics)]
    version = mlflow.register_model(model.model_uri, name)
    client.set_registered_model_alias(name, "best", version.version)
    loaded = mlflow.pyfunc.load_model(f"models:/{name}@best")
    results["predictions"] = [bool(each) for each in loaded.predict(rows)]

    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"], "y": [0.5, 1.5]})
    with mlflow.start_run(run_name="outer") as outer:
        mlflow.log_input(mlflow.data.from_pandas(frame, name="frame", targets="y"), context="training")
        mlflow.log_input(mlflow.data.from_numpy(rows, name="rows"), context="validation", tags={"k": "v"})
        mlflow.log_table({"a": [1, 2]}, "table.json")
        mlflow.log_dict({"ü": [1, None]}, "folder/ü.json")
        with mlflow.start_run(run_name="inner", nested=True) as inner:
            mlflow.log_params({"x": 1, "y": None})
            mlflow.log_metric("m", 1, step=3)
    tell("outer", outer.info.run_id)
    tell("inner", inner.info.run_id)
    try:
        with mlflow.start_run() as failed:
            raise ValueError
    except ValueError:
        tell("failed", failed.info.run_id)
    results["children"] = [run.info.run_name for run in client.search_runs([outer.info.experiment_id], f"tags.mlflow.parentRunId = '{outer.info.run_id}'")]
    print(json.dumps(results, sort_keys=True).replace(name, "<gestures>"))


if __name__ == "__main__":
    main()
