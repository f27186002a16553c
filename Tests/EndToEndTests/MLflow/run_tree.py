"""Follows a workflow run through MLflow's client: root, stages, trials, inputs, curves, files.

Usage: run_tree.py EXPERIMENT
"""

import json
import sys

import mlflow

client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name(sys.argv[1])
everything = client.search_runs([experiment.experiment_id], max_results=1000)
root = next(run for run in everything if "mlflow.parentRunId" not in run.data.tags)


def below(run):
    return client.search_runs(
        [experiment.experiment_id],
        filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'",
        order_by=["attributes.start_time ASC"],
        max_results=1000,
    )


stages = {run.data.tags["aifactory.stage"]: run for run in below(root)}
trials = below(stages["train"])
assert all(run.info.status == "FINISHED" for run in stages.values())
for trial in trials:
    assert trial.info.end_time >= trial.info.start_time
    assert trial.info.status in ("FINISHED", "KILLED", "FAILED"), trial.info.status
    assert trial.data.params, trial
curve = client.get_metric_history(trials[0].info.run_id, "curve/rmse")
assert [point.step for point in curve] == sorted(point.step for point in curve)

contexts = {}
for item in root.inputs.dataset_inputs:
    contexts[item.tags[0].value] = item.dataset
    source = mlflow.data.get_source(item.dataset)
    assert open(source.load()).readline().startswith("id,area,"), source
    columns = json.loads(item.dataset.schema)["mlflow_colspec"]
    assert {"price", "area"} <= {column["name"] for column in columns}

model = stages["train"].outputs.model_outputs[0].model_id
logged = client.get_logged_model(model)
assert logged.source_run_id == stages["train"].info.run_id
flavors = mlflow.models.Model.load(f"models:/{model}").flavors
report = mlflow.artifacts.load_text(root.info.artifact_uri + "/report.html")

print(
    json.dumps(
        {
            "stages": sorted(stages),
            "train": stages["train"].info.run_id,
            "trials": len(trials),
            "curve": len(curve),
            "metrics": sorted(root.data.metrics),
            "contexts": sorted(contexts),
            "digest": contexts["test"].digest,
            "flavors": sorted(flavors),
            "report": len(report),
            "source": root.data.tags["mlflow.source.name"],
            "commit": root.data.tags.get("mlflow.source.git.commit", ""),
            "artifacts": sorted(f.path for f in client.list_artifacts(root.info.run_id)),
        }
    )
)
