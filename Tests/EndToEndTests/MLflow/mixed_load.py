"""Writes of every kind from several connections, each noted once it is answered, and a look at what is there.

Usage: mixed_load.py write FILE      writes until the server goes away (or FILE.stop appears); every answered write
                                     becomes a line of FILE.N, one file for each connection
       mixed_load.py check FILE DB   compares the factory with the lines of FILE.N, and the database file with its own
                                     rules; exit status 1 where something is missing
"""

import glob
import http.client
import json
import os
import sqlite3
import sys
import threading
import urllib.parse

CONNECTIONS, POINTS = 6, 20
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
        raise RuntimeError(f"{path}: {answer.status} {text[:200]}")
    return json.loads(text)


def writes(connection, index):
    """Endless writes; each is followed by what must be true from then on."""

    def post(path, **body):
        return call(connection, "POST", path, body)

    for number in range(1_000_000):
        name = f"e{os.getpid()}-{index}-{number}"
        experiment = post("experiments/create", name=name)["experiment_id"]
        yield "experiment", experiment, name
        post("experiments/set-experiment-tag", experiment_id=experiment, key="k", value=name)
        yield "experiment tag", experiment, name
        info = post("runs/create", experiment_id=experiment, run_name=name)["run"]["info"]
        run, source = info["run_id"], info["artifact_uri"] + "/model"
        yield "tag", run, "mlflow.runName", name
        for step in range(3):
            post("runs/log-metric", run_id=run, key="single", value=step, timestamp=step, step=step)
            yield "points", run, "single", step, step + 1
        for step in range(0, 3 * POINTS, POINTS):
            post("runs/log-batch", run_id=run, params=[{"key": f"p{step}", "value": name}],
                 tags=[{"key": f"t{step}", "value": name}],
                 metrics=[{"key": "batch", "value": i, "timestamp": i, "step": i} for i in range(step, step + POINTS)])
            yield "points", run, "batch", step, step + POINTS
            yield "param", run, f"p{step}", name
            yield "tag", run, f"t{step}", name
        post("runs/log-parameter", run_id=run, key="alone", value=name)
        yield "param", run, "alone", name
        post("runs/set-tag", run_id=run, key="alone", value=name)
        yield "tag", run, "alone", name
        post("runs/set-tag", run_id=run, key="gone", value=name)
        post("runs/delete-tag", run_id=run, key="gone")
        yield "no tag", run, "gone"
        post("runs/log-inputs", run_id=run, datasets=[
            {"dataset": {"name": name, "digest": "d", "source_type": "http", "source": "s"}}])
        yield "input", run, name
        post("registered-models/create", name=name)
        yield "model", name
        version = post("model-versions/create", name=name, source=source, run_id=run)["model_version"]["version"]
        yield "version", name, version
        post("registered-models/alias", name=name, alias="champion", version=version)
        yield "alias", name, "champion", version
        post("runs/update", run_id=run, status="FINISHED", end_time=5)
        yield "status", run, "FINISHED"
        if number % 3 == 0:
            post("runs/delete", run_id=run)
            yield "stage", run, "deleted"


def write(file):
    def work(index):
        with open(f"{file}.{index}", "w") as notes:
            try:
                for fact in writes(connect(), index):
                    notes.write(json.dumps(fact) + "\n")
                    notes.flush()
                    if os.path.exists(file + ".stop"):
                        return
            except (OSError, http.client.HTTPException):
                pass
            except RuntimeError as error:
                # A server that is being killed may refuse with 503; what is wrong is told.
                if ": 503 " not in str(error):
                    print(error, flush=True)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Look:
    """What the factory tells, asked once for each thing."""

    def __init__(self):
        self.connection = connect()
        self.known = {}

    def get(self, path):
        if path not in self.known:
            self.known[path] = call(self.connection, "GET", path)
        return self.known[path]

    def run(self, run):
        return self.get(f"runs/get?run_id={run}")["run"]

    def pairs(self, run, what):
        return {pair["key"]: pair["value"] for pair in self.run(run)["data"].get(what, [])}

    def holds(self, kind, *values):
        if kind in ("experiment", "experiment tag"):
            found = self.get(f"experiments/get?experiment_id={values[0]}")["experiment"]
            return found["name"] == values[1] and (
                kind == "experiment" or found["tags"] == [{"key": "k", "value": values[1]}])
        if kind == "tag":
            return self.pairs(values[0], "tags").get(values[1]) == values[2]
        if kind == "no tag":
            return values[1] not in self.pairs(values[0], "tags")
        if kind == "param":
            return self.pairs(values[0], "params").get(values[1]) == values[2]
        if kind == "points":
            run, key, first, end = values
            history = self.get(f"metrics/get-history?run_id={run}&metric_key={key}")["metrics"]
            return set(range(first, end)) <= {point["step"] for point in history}
        if kind == "input":
            return [i["dataset"]["name"] for i in self.run(values[0])["inputs"]["dataset_inputs"]] == [values[1]]
        if kind == "status":
            return self.run(values[0])["info"]["status"] == values[1]
        if kind == "stage":
            return self.run(values[0])["info"]["lifecycle_stage"] == values[1]
        model = self.get(f"registered-models/get?name={values[0]}")["registered_model"]
        if kind == "model":
            return model["name"] == values[0]
        if kind == "version":
            return [v["version"] for v in model["latest_versions"]] == [values[1]]
        if kind == "alias":
            return model["aliases"] == [{"alias": values[1], "version": values[2]}]
        raise ValueError(kind)


def check(file, database):
    look, kinds = Look(), {}
    for path in glob.glob(glob.escape(file) + ".[0-9]"):
        for line in open(path):
            if not line.endswith("\n"):
                continue
            fact = json.loads(line)
            assert look.holds(*fact), f"not there: {fact}"
            kinds[fact[0]] = kinds.get(fact[0], 0) + 1
    # A batch is there as a whole or not at all.
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    halves = connection.execute(
        f"SELECT run, count(*) FROM metricPoint JOIN metricKey ON number = key WHERE name = 'batch' "
        f"GROUP BY run HAVING count(*) % {POINTS}").fetchall()
    assert halves == [], f"halves of batches: {halves}"
    latest = connection.execute(
        "SELECT count(*) FROM latestMetric AS l WHERE step != (SELECT max(step) FROM metricPoint AS p "
        "WHERE p.run = l.run AND p.key = l.key)").fetchone()[0]
    assert latest == 0, f"{latest} latest values that are not the latest"
    print(json.dumps(kinds))


{"write": write, "check": check}[sys.argv[1]](*sys.argv[2:])
