"""Writes to a factory whose disk is full, and after there is room again.

Usage: full_disk.py fill FILE    logs until the first refusal, which must say when to come back, then asks for one
                                 write of each kind; notes what was answered in FILE
       full_disk.py check FILE   writes again, and compares the factory with FILE; exit status 1 where it differs
"""

import http.client
import json
import os
import sys
import urllib.parse

address = urllib.parse.urlparse(os.environ["MLFLOW_TRACKING_URI"])
headers = {
    "Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"],
    "Content-Type": "application/json",
}
connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)


def call(method, path, body=None):
    connection.request(method, "/api/2.0/mlflow/" + path, body and json.dumps(body), headers)
    answer = connection.getresponse()
    return answer.status, answer.headers.get("Retry-After"), json.loads(answer.read())


def batch(run, first):
    return call("POST", "runs/log-batch", {"run_id": run, "metrics": [
        {"key": "m", "value": i, "timestamp": i, "step": i} for i in range(first, first + 1000)]})


def steps(run):
    status, _, answer = call("GET", f"metrics/get-history?run_id={run}&metric_key=m&max_results=1000000")
    assert status == 200, answer
    return [point["step"] for point in answer["metrics"]]


def fill(file):
    status, _, answer = call("POST", "runs/create", {"run_name": "full"})
    assert status == 200, answer
    run = answer["run"]["info"]["run_id"]
    status, _, answer = batch(run, 0)
    assert status == 200, answer
    print("ready", flush=True)
    input()  # The disk is filled now.
    kept = 1
    while True:
        status, after, answer = batch(run, 1000 * kept)
        if status != 200:
            break
        kept += 1
        assert kept < 5000, "the disk is never full"
    assert status == 503 and answer["error_code"] == "TEMPORARILY_UNAVAILABLE", (status, answer)
    assert after and int(after) > 0, "no Retry-After"
    assert "free some space" in answer["message"], answer
    accepted = {}
    for name, path, body in [
        ("tag", "runs/set-tag", {"key": "t", "value": "1"}),
        ("param", "runs/log-parameter", {"key": "p", "value": "1"}),
        ("status", "runs/update", {"status": "FINISHED", "end_time": 1}),
        ("run", "runs/create", {"run_name": "refused"}),
        ("model", "registered-models/create", {"name": "refused"}),
    ]:
        status, after, answer = call("POST", path, {"run_id": run, **body} if name in ("tag", "param", "status") else body)
        assert status == 200 or (status == 503 and after), (name, status, after, answer)
        accepted[name] = status == 200
    # What was answered can be read while nothing can be written.
    assert steps(run) == list(range(1000 * kept))
    status, _, found = call("POST", "runs/search", {"experiment_ids": ["0"]})
    assert status == 200 and any(r["info"]["run_id"] == run for r in found["runs"])
    json.dump({"run": run, "kept": kept, "accepted": accepted}, open(file, "w"))
    print("refused", sum(not value for value in accepted.values()), flush=True)


def check(file):
    told = json.load(open(file))
    run, kept, accepted = told["run"], told["kept"], told["accepted"]
    status, _, answer = batch(run, 1000 * kept)
    assert status == 200, answer
    assert steps(run) == list(range(1000 * kept + 1000)), "refused points are there, or answered ones are not"
    found = call("GET", f"runs/get?run_id={run}")[2]["run"]
    assert any(t["key"] == "t" for t in found["data"].get("tags", [])) == accepted["tag"]
    assert any(p["key"] == "p" for p in found["data"].get("params", [])) == accepted["param"]
    assert (found["info"]["status"] == "FINISHED") == accepted["status"]
    runs = call("POST", "runs/search", {"experiment_ids": ["0"]})[2]["runs"]
    assert any(r["info"]["run_name"] == "refused" for r in runs) == accepted["run"]
    assert (call("GET", "registered-models/get?name=refused")[0] == 200) == accepted["model"]
    print("whole")


{"fill": fill, "check": check}[sys.argv[1]](sys.argv[2])
