"""Makes what a job must not change, and checks that it did not."""

import sys

import mlflow

client = mlflow.MlflowClient()
if sys.argv[1] == "make":
    mlflow.set_experiment("of somebody else")
    with mlflow.start_run() as run:
        mlflow.log_param("mine", "yes")
        mlflow.log_text("theirs", "notes.txt")
    client.create_registered_model("theirs")
    client.create_model_version("theirs", run.info.artifact_uri, run.info.run_id)
    print(run.info.run_id)
else:
    foreign, own = (client.get_run(id) for id in sys.argv[2:4])
    assert foreign.data.params == {"mine": "yes"} and foreign.data.metrics == {}, foreign
    assert "a" not in foreign.data.tags and foreign.info.status == "FINISHED", foreign
    assert foreign.info.lifecycle_stage == "active", foreign
    assert mlflow.artifacts.load_text(foreign.info.artifact_uri + "/notes.txt") == "theirs"
    assert client.get_experiment_by_name("of somebody else").lifecycle_stage == "active"
    assert client.get_model_version("theirs", "1").tags == {}
    assert own.data.metrics["loss"] == 0.5 and own.data.tags["a"] == "b", own.data
    assert mlflow.artifacts.load_text(own.info.artifact_uri + "/notes.txt") == "mine"
    (child,) = client.search_runs(
        [own.info.experiment_id], f"tags.`mlflow.parentRunId` = '{own.info.run_id}'"
    )
    assert child.data.params == {"depth": "3"} and child.info.status == "FINISHED", child
    made = client.get_experiment_by_name("made by the job")
    assert made.tags["color"] == "red", made.tags
    (apart,) = client.search_runs([made.experiment_id])
    assert apart.data.metrics["loss"] == 0.25, apart
    print("ok")
