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
