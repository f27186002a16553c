"""Logs metrics from several connections until the server goes away, then tells what was acknowledged.

Usage: load.py write FILE   logs until an error, then writes the last acknowledged step of each
                            connection to FILE; meanwhile FILE.count holds how many were answered
       load.py check FILE   compares the factory with FILE; exit status 1 where a point is missing
"""

import http.client
import json
import os
import sys
import threading
import urllib.parse

CONNECTIONS, POINTS = 8, 20
address = urllib.parse.urlparse(os.environ["MLFLOW_TRACKING_URI"])
headers = {
    "Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"],
    "Content-Type": "application/json",
}


def connect():
    return http.client.HTTPConnection(address.hostname, address.port, timeout=60)


def call(connection, method, path, body=None):
    connection.request(method, "/api/2.0/mlflow/" + path, body and json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {text[:200]}")
    return json.loads(text)


def write(file):
    run = call(connect(), "POST", "runs/create", {})["run"]["info"]["run_id"]
    acknowledged = [0] * CONNECTIONS

    def log(index):
        connection = connect()
        step = 0
        try:
            while True:
                points = [
                    {"key": f"m{index}", "value": step + i, "timestamp": step + i, "step": step + i}
                    for i in range(POINTS)
                ]
                call(connection, "POST", "runs/log-batch", {"run_id": run, "metrics": points})
                step += POINTS
                acknowledged[index] = step
                if index == 0:
                    with open(file + ".count.tmp", "w") as progress:
                        progress.write(str(sum(acknowledged)))
                    os.replace(file + ".count.tmp", file + ".count")
        except (OSError, http.client.HTTPException, RuntimeError):
            pass

    threads = [threading.Thread(target=log, args=(i,)) for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open(file, "w") as result:
        json.dump({"run": run, "acknowledged": acknowledged}, result)


def check(file):
    told = json.load(open(file))
    connection = connect()
    for index, count in enumerate(told["acknowledged"]):
        points = call(
            connection, "GET",
            f"metrics/get-history?run_id={told['run']}&metric_key=m{index}&max_results=1000000",
        ).get("metrics", [])
        steps = [point["step"] for point in points]
        assert steps == list(range(len(steps))), f"m{index} has gaps"
        assert len(steps) >= count, f"m{index}: {count} acknowledged, {len(steps)} kept"
        # A batch is there as a whole or not at all.
        assert len(steps) % POINTS == 0, f"m{index}: half a batch"
    print(sum(told["acknowledged"]), "acknowledged points are there")


{"write": write, "check": check}[sys.argv[1]](sys.argv[2])
