"""Loads what a workflow trained through MLflow's client and prints its predictions as JSON.

Usage: factory_model.py MODEL ROWS.json
"""

import json
import sys

import mlflow
import pandas

name, rows = sys.argv[1:]
client = mlflow.MlflowClient()
client.set_registered_model_alias(name, "champion", "1")
version = client.get_model_version_by_alias(name, "champion")
run = client.get_run(version.run_id)
model = mlflow.pyfunc.load_model(f"models:/{name}@champion")
values = [float(value) for value in model.predict(pandas.DataFrame(json.load(open(rows))))]
print(json.dumps({"values": values, "metrics": len(run.data.metrics), "run": run.info.run_id}))
