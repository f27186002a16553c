"""A training script that knows nothing of the factory; it runs as a job."""

import os
import sys
import time
import urllib.error
import urllib.request

import mlflow

# The client takes the variable away once it has used it.
own = os.environ["MLFLOW_RUN_ID"]
with mlflow.start_run() as run:
    mlflow.log_param("word", sys.argv[1])
    for step in range(5):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_text("hello", "notes/hello.txt")
    assert run.info.run_id == own

    # What the server is asked it answers with all that was logged before.
    found = mlflow.search_runs(
        [run.info.experiment_id],
        f"metrics.loss < 0.3 AND attributes.run_id = '{own}'",
        order_by=["metrics.loss ASC"],
    )
    assert list(found["metrics.loss"]) == [0.2], found
    client = mlflow.MlflowClient()
    client.create_registered_model(sys.argv[1])
    version = client.create_model_version(
        sys.argv[1], run.info.artifact_uri + "/notes", run.info.run_id
    )
    assert version.version in (1, "1"), version
    client.set_registered_model_alias(sys.argv[1], "best", version.version)
    assert client.get_model_version_by_alias(sys.argv[1], "best").run_id == own
    try:
        client.get_run("0" * 32)
        sys.exit(6)
    except mlflow.exceptions.MlflowException as error:
        assert error.error_code == "RESOURCE_DOES_NOT_EXIST", error

    @mlflow.trace
    def asked(number):
        return number + 1

    asked(1)
    mlflow.flush_trace_async_logging()

# The endpoint is MLflow's API, and nothing else.
request = urllib.request.Request(
    os.environ["MLFLOW_TRACKING_URI"] + "/api/v1/jobs",
    headers={"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]},
)
try:
    urllib.request.urlopen(request)
    print("the endpoint opens everything")
    sys.exit(5)
except urllib.error.HTTPError as error:
    assert error.code == 404, error.code

# Some work that can be measured.
end = time.time() + 2.5
while time.time() < end:
    sum(range(10_000))
print("printed by", sys.argv[1])
if sys.argv[1] == "fails":
    sys.exit(3)
