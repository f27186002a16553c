"""Models that go out of a factory and into another, as MLflow's client sees them; prints JSON.

Usage: transfer.py load FOLDER ROWS.json    what a model in a folder predicts
       transfer.py log                      a registered model with a tag, and what it predicts for 10
       transfer.py ask NAME                 what the newest version of a model predicts for 10
"""

import json
import sys

import mlflow
import pandas

TEN = pandas.DataFrame({"a": [10.0]})


def load(folder, rows):
    model = mlflow.pyfunc.load_model(folder)
    frame = pandas.DataFrame(json.load(open(rows)))
    return {"values": [float(value) for value in model.predict(frame)]}


def log():
    from mlflow.models import infer_signature
    from sklearn.linear_model import LinearRegression

    frame = pandas.DataFrame({"a": [0.0, 1.0, 2.0]})
    model = LinearRegression().fit(frame, [1.0, 3.0, 5.5])
    mlflow.set_experiment("transfer")
    with mlflow.start_run():
        mlflow.sklearn.log_model(
            model, name="line", registered_model_name="line",
            signature=infer_signature(frame, model.predict(frame)))
    mlflow.MlflowClient().set_model_version_tag("line", "1", "team", "a")
    return {"value": float(model.predict(TEN)[0])}


def ask(name):
    model = mlflow.pyfunc.load_model(f"models:/{name}/1")
    return {"value": float(model.predict(TEN)[0])}


print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
