"""Requests a second and latencies of tracking, ours beside `mlflow server`; see run.sh."""

import argparse
import glob
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("--aifactory", required=True)
parser.add_argument("--home", required=True)
arguments = parser.parse_args()
EACH = int(os.environ.get("SECONDS_EACH", 6))
CONNECTIONS = [int(c) for c in os.environ.get("CONNECTIONS", "1 8 32").split()]
RUNS = int(os.environ.get("RUNS", 10000))
HERE = os.path.dirname(os.path.abspath(__file__))
WORK = arguments.home + "-work"
os.makedirs(WORK, exist_ok=True)
# What is asked for, times MLflow at its best; None is measured without a goal.
GOALS = {"log-metric": 100, "create": 100, "update": 100, "log-batch": 50, "search": 100, "history": 50, "get": None, "lookup": None}


class Server:
    def __init__(self, name, url, token, process):
        self.name, self.url, self.token, self.process = name, url, token, process

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + "/api/2.0/mlflow/" + path, method=method, data=body and json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **({"Authorization": "Bearer " + self.token} if self.token else {})})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def fill(self):
        """An experiment with RUNS runs, one of which has a curve of 100,000 points."""
        self.experiment = self.ask("POST", "experiments/create", {"name": "bench"})["experiment_id"]

        def some(part):
            for i in range(part, RUNS, 8):
                run = self.ask("POST", "runs/create", {"experiment_id": self.experiment, "start_time": 1600000000000 + i})
                id = run["run"]["info"]["run_id"]
                self.ask("POST", "runs/log-batch", {
                    "run_id": id, "metrics": [{"key": "acc", "value": (i * 7919 % RUNS) / RUNS, "timestamp": 1, "step": 0}],
                    "params": [{"key": "depth", "value": str(i % 8)}]})

        threads = [threading.Thread(target=some, args=(part,)) for part in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.run = self.ask("POST", "runs/create", {"experiment_id": self.experiment})["run"]["info"]["run_id"]
        for start in range(0, 100000, 1000):
            self.ask("POST", "runs/log-batch", {"run_id": self.run, "metrics": [
                {"key": "long", "value": i * 0.5, "timestamp": i, "step": i} for i in range(start, start + 1000)]})

    def load(self, kind, connections):
        variables = {"KIND": kind, "RUN": self.run, "EXPERIMENT": self.experiment, "TOKEN": self.token or ""}
        output = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{EACH}s", "--timeout", "30s", "-s", f"{HERE}/request.lua", self.url],
            env={**os.environ, **variables}, capture_output=True, text=True).stdout
        found = re.search(r"RESULT requests=(\d+) duration_us=(\d+) p50_us=(\d+) p99_us=(\d+) failed=(\d+)", output)
        requests, duration, p50, p99, failed = map(int, found.groups())
        return {"rate": (requests - failed) / (duration / 1e6), "p50": p50 / 1e3, "p99": p99 / 1e3, "failed": failed}

    def memory(self):
        """Resident MiB of the process and all below it."""
        total, waiting = 0, [self.process]
        while waiting:
            pid = waiting.pop()
            for path in glob.glob(f"/proc/{pid}/task/*/children"):
                waiting += [int(child) for child in open(path).read().split()]
            status = open(f"/proc/{pid}/status").read()
            total += int(re.search(r"VmRSS:\s+(\d+)", status).group(1))
        return total / 1024


def wait_for(url):
    for _ in range(2400):
        try:
            return urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start_ours():
    begin = time.time()
    port = free_port()
    subprocess.Popen([arguments.aifactory, "serve", "--home", arguments.home, "--listen", f"127.0.0.1:{port}",
                      "--gateway", "127.0.0.1:0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(f"http://127.0.0.1:{port}/health")
    seconds = time.time() - begin
    path = arguments.home + "/server.json"
    while not os.path.exists(path):
        time.sleep(0.01)
    file = json.load(open(path))
    return Server("ours", file["url"], file["token"], file["pid"]), seconds


def start_mlflow():
    begin = time.time()
    port = free_port()
    binaries = os.path.dirname(sys.executable)
    process = subprocess.Popen(
        [f"{binaries}/mlflow", "server", "--port", str(port), "--backend-store-uri", f"sqlite:///{WORK}/mlflow.db",
         "--artifacts-destination", f"{WORK}/artifacts"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": binaries + ":" + os.environ["PATH"], "MLFLOW_DISABLE_TELEMETRY": "true"})
    wait_for(f"http://127.0.0.1:{port}/health")
    server = Server("mlflow", f"http://127.0.0.1:{port}", None, process.pid)
    return server, time.time() - begin, process


def raw_rows():
    """Rows a second that SQLite alone keeps, 1,000 in each durable transaction."""
    path = f"{WORK}/raw.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE m "
                           "(r INTEGER, k INTEGER, s INTEGER, t INTEGER, v INTEGER, PRIMARY KEY (r, k, s, t, v)) STRICT, WITHOUT ROWID")
    count, begin = 0, time.time()
    while time.time() - begin < 3:
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT OR IGNORE INTO m VALUES (1, ?, ?, ?, ?)",
                             [(i % 10, count + i, i, i) for i in range(1000)])
        database.execute("COMMIT")
        count += 1000
    return count / (time.time() - begin)


ours, our_start = start_ours()
ours.fill()
mine = {kind: [ours.load(kind, c) for c in CONNECTIONS] for kind in GOALS}
our_memory = ours.memory()
subprocess.run([arguments.aifactory, "stop", "--home", arguments.home], capture_output=True)

peer, their_start, process = start_mlflow()
try:
    peer.fill()
    theirs = {kind: [peer.load(kind, c) for c in CONNECTIONS] for kind in GOALS}
    their_memory = peer.memory()
finally:
    process.terminate()
    process.wait()
raw = raw_rows()
shutil.rmtree(WORK)

missed = 0
for kind, goal in GOALS.items():
    for server, results in (("ours", mine[kind]), ("mlflow", theirs[kind])):
        for c, r in zip(CONNECTIONS, results):
            print(f"{kind:>10} {server:>6} c={c:<3} {r['rate']:9.1f}/s  p50 {r['p50']:8.2f} ms  p99 {r['p99']:8.2f} ms  failed {r['failed']}")
    # MLflow at its best, whatever the number of connections; ours where several clients write.
    # What did not end a single request in its time is counted as one.
    best = max([r["rate"] for r in theirs[kind]] + [1 / EACH])
    own = max(r["rate"] for r in mine[kind])
    ratio = own / best
    print(f"BENCH name=tracking/{kind} ours={own:.1f} peer={best:.1f} ratio={ratio:.1f} unit=requests/s goal={'>=%d' % goal if goal else 'none'}")
    missed += bool(goal and ratio < goal) + sum(r["failed"] > 0 for r in mine[kind])
rows = max(r["rate"] for r in mine["log-batch"]) * 1000
print(f"BENCH name=tracking/rows ours={rows:.0f} peer={raw:.0f} ratio={rows / raw:.2f} unit=rows/s goal=>=0.5")
worst = max(r["p99"] for kind in ("log-metric", "create", "update") for r in mine[kind])
theirs_worst = max(r["p99"] for kind in ("log-metric", "create", "update") for r in theirs[kind])
print(f"BENCH name=tracking/p99 ours={worst:.1f} peer={theirs_worst:.1f} ratio={theirs_worst / worst:.1f} unit=ms goal=<20")
print(f"BENCH name=tracking/memory ours={our_memory:.0f} peer={their_memory:.0f} ratio={their_memory / our_memory:.1f} unit=MiB goal=>=40")
print(f"BENCH name=tracking/start ours={our_start:.2f} peer={their_start:.2f} ratio={their_start / our_start:.1f} unit=s goal=>=50")
missed += (rows < 0.5 * raw) + (worst >= 20) + (their_memory < 40 * our_memory) + (their_start < 50 * our_start)
sys.exit(1 if missed else 0)
