"""Logs models as data scientists do, and says as JSON what they predict for some rows.

Usage: serving.py log [iris]  scikit-learn (two versions), XGBoost, LightGBM and code of one's own, registered
       serving.py log_torch   a network of PyTorch, registered
       serving.py save DIR    a model in a folder whose packages come from a wheel beside it, so that
                              an environment can be made without a network
"""

import json
import os
import site
import sys
import zipfile

import mlflow
import numpy
import pandas
from mlflow.models import infer_signature

client = mlflow.MlflowClient()
NAMES = ["sepal", "width", "petal", "depth"]


class Doubler(mlflow.pyfunc.PythonModel):
    """Code of one's own: texts and numbers in, a table out."""

    def predict(self, context, model_input, params=None):
        if (model_input["count"] < 0).any():
            raise ValueError("a count below zero")
        return pandas.DataFrame(
            {"twice": model_input["count"] * 2, "loud": model_input["word"].str.upper()})


def asked(name, frame):
    """What MLflow's own loader predicts for the rows of a frame."""
    model = mlflow.pyfunc.load_model(f"models:/{name}@champion")
    result = model.predict(frame)
    if isinstance(result, pandas.DataFrame):
        values = result.to_dict(orient="records")
    else:
        values = numpy.asarray(result).tolist()
    return {"rows": frame.to_dict(orient="records"), "values": values,
            "split": {"dataframe_split": frame.to_dict(orient="split")}}


def log(only=None):
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    mlflow.set_experiment("serving")
    x, y = load_iris(return_X_y=True, as_frame=True)
    x.columns = NAMES
    labels = numpy.array(["setosa", "versicolor", "virginica"])[y]
    told = {}
    with mlflow.start_run():
        for strength in [1.0, 0.01]:
            model = LogisticRegression(C=strength, max_iter=500).fit(x, labels)
            mlflow.sklearn.log_model(
                model, name="iris", signature=infer_signature(x, model.predict(x)),
                registered_model_name="iris")
        client.set_registered_model_alias("iris", "champion", "1")
        rows = x.iloc[[0, 60, 140]]
        told["iris"] = asked("iris", rows)
        first = mlflow.sklearn.load_model("models:/iris/1")
        told["iris"]["probabilities"] = [
            dict(zip(first.classes_.tolist(), shares)) for shares in first.predict_proba(rows).tolist()]
        if only:
            return told
        import xgboost

        data = xgboost.DMatrix(x, y)
        booster = xgboost.train({"max_depth": 3, "nthread": 1}, data, num_boost_round=8)
        mlflow.xgboost.log_model(
            booster, name="trees", signature=infer_signature(x, booster.predict(data)),
            registered_model_name="trees")
        client.set_registered_model_alias("trees", "champion", "1")
        told["trees"] = asked("trees", rows)
        import lightgbm

        leaves = lightgbm.LGBMRegressor(n_estimators=8, n_jobs=1, verbose=-1).fit(x, y)
        mlflow.lightgbm.log_model(
            leaves, name="leaves", signature=infer_signature(x, leaves.predict(x)),
            registered_model_name="leaves")
        client.set_registered_model_alias("leaves", "champion", "1")
        told["leaves"] = asked("leaves", rows)
        words = pandas.DataFrame({"count": [1, 2], "word": ["a", "b"]})
        mlflow.pyfunc.log_model(
            name="words", python_model=Doubler(), registered_model_name="words",
            signature=infer_signature(words))
        client.set_registered_model_alias("words", "champion", "1")
        told["words"] = asked("words", words)
    return told


def log_torch():
    import torch

    mlflow.set_experiment("serving")
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    x = numpy.random.default_rng(0).random((4, 3), dtype=numpy.float32)
    with mlflow.start_run():
        mlflow.pytorch.log_model(net, name="net", input_example=x, registered_model_name="net")
    client.set_registered_model_alias("net", "champion", "1")
    values = mlflow.pyfunc.load_model("models:/net@champion").predict(x)
    return {"net": {"rows": x.tolist(), "values": values[:, 0].tolist()}}


def save(folder):
    from sklearn.linear_model import LinearRegression

    os.makedirs(folder)
    wheel = os.path.join(folder, "mlflow-9.9-py3-none-any.whl")
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tested.pth", site.getsitepackages()[0] + "\n")
        archive.writestr(
            "mlflow-9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: mlflow\nVersion: 9.9\n")
        archive.writestr(
            "mlflow-9.9.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(
            "mlflow-9.9.dist-info/RECORD",
            "tested.pth,,\nmlflow-9.9.dist-info/METADATA,,\nmlflow-9.9.dist-info/WHEEL,,\n"
            "mlflow-9.9.dist-info/RECORD,,\n")
    frame = pandas.DataFrame({"a": [0.0, 1.0, 2.0]})
    model = LinearRegression().fit(frame, [1.0, 3.0, 5.0])
    for name, requirement in [
        ("good", f"mlflow @ file://{wheel}"), ("bad", f"mlflow @ file://{folder}/absent.whl"),
    ]:
        path = os.path.join(folder, name)
        mlflow.sklearn.save_model(
            model, path, signature=infer_signature(frame, model.predict(frame)),
            metadata={"packages": name})
        with open(os.path.join(path, "requirements.txt"), "w") as file:
            file.write(requirement + "\n")
    return {"value": float(model.predict(pandas.DataFrame({"a": [10.0]}))[0])}


print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
