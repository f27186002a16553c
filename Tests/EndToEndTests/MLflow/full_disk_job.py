"""A job that fills the disk on which its agent keeps the journal, and makes room again.

Writes the steps that were answered to `sys.argv[1]`, which lies elsewhere.
"""

import http.client
import json
import os
import sys
import urllib.parse

url = urllib.parse.urlparse(os.environ["MLFLOW_TRACKING_URI"])
run = os.environ["MLFLOW_RUN_ID"]
headers = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]}
answered = []


def log(step):
    link = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    body = {"run_id": run, "key": "loss", "value": step, "timestamp": 1, "step": step}
    link.request("POST", "/api/2.0/mlflow/runs/log-metric", json.dumps(body), headers)
    answer = link.getresponse()
    text = answer.read()
    if answer.status == 200:
        answered.append(step)
    return answer, text


for step in range(50):
    assert log(step)[0].status == 200
filler = open("filler", "wb", buffering=0)
try:
    while True:
        filler.write(bytes(1 << 12))
except OSError:
    pass
# What is left of the journal's last block may take some more.
for step in range(50, 500):
    answer, text = log(step)
    if answer.status != 200:
        break
assert answer.status == 503 and answer.headers["Retry-After"], (answer.status, text)
assert json.loads(text)["error_code"] == "TEMPORARILY_UNAVAILABLE", text
os.remove("filler")
filler.close()
for step in range(1_000, 1_050):
    answer, text = log(step)
    assert answer.status == 200, text
with open(sys.argv[1], "w") as file:
    json.dump(answered, file)
