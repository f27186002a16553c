"""Requests a second and latencies of tracking, ours beside `mlflow server`; see run.sh."""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import time

from server import Server, free_port, start_ours, stop_ours, wait_for

parser = argparse.ArgumentParser()
parser.add_argument("--aifactory", required=True)
parser.add_argument("--home", required=True)
arguments = parser.parse_args()
EACH = int(os.environ.get("SECONDS_EACH", 6))
CONNECTIONS = [int(c) for c in os.environ.get("CONNECTIONS", "1 8 32").split()]
RUNS = int(os.environ.get("RUNS", 10000))
WORK = arguments.home + "-work"
os.makedirs(WORK, exist_ok=True)
# What is asked for, times MLflow at its best; None is measured without a goal. `noop` is a request that is checked,
# parsed and answered without a look at any data.
GOALS = {"noop": None, "log-metric": 100, "create": 100, "update": 100, "log-batch": 50, "search": 100, "history": 50,
         "get": None, "lookup": None}
WRITES = ("log-metric", "create", "update")


def measure(server, words=""):
    results = {}
    for kind in GOALS:
        for c in CONNECTIONS:
            r = server.load(kind, c, EACH)
            results.setdefault(kind, []).append(r)
            print(f"{kind:>10} {server.name + words:>15} c={c:<3} {r['rate']:9.1f}/s  p50 {r['p50']:8.2f} ms  p99 {r['p99']:8.2f} ms"
                  f"  processor {r['cpu']:9.3f} ms  failed {r['failed']}", flush=True)
    return results


def start_mlflow(words):
    begin = time.time()
    port = free_port()
    binaries = os.path.dirname(sys.executable)
    process = subprocess.Popen(
        [f"{binaries}/mlflow", "server", "--port", str(port), "--backend-store-uri", f"sqlite:///{WORK}/mlflow.db",
         "--artifacts-destination", f"{WORK}/artifacts"] + words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": binaries + ":" + os.environ["PATH"], "MLFLOW_DISABLE_TELEMETRY": "true"})
    wait_for(f"http://127.0.0.1:{port}/health")
    return Server("mlflow", f"http://127.0.0.1:{port}", None, process.pid), time.time() - begin, process


def measure_mlflow():
    """MLflow with its default settings, then with one worker, which answers without Nagle's delay, on the same data."""
    results, memory, start, filled = {}, None, None, None
    for name, words in (("default", []), ("1 worker", ["--workers", "1"])):
        server, seconds, process = start_mlflow(words)
        try:
            if filled:
                server.experiment, server.run, server.created = filled
            else:
                server.fill(RUNS)
                filled, start = (server.experiment, server.run, server.created), seconds
            results[name] = measure(server, " " + name)
            memory = memory or server.memory()
        finally:
            process.terminate()
            process.wait()
    return results, memory, start


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


ours, our_start = start_ours(arguments.aifactory, arguments.home)
ours.fill(RUNS)
mine = measure(ours)
our_memory = ours.memory()
stop_ours(arguments.aifactory, arguments.home)
raw = raw_rows()
theirs, their_memory, their_start = measure_mlflow()
shutil.rmtree(WORK)

missed = 0
for kind, goal in GOALS.items():
    # MLflow at its best, whatever its workers and the number of connections; ours where several clients write.
    # What did not end a single request in its time is counted as one.
    all_theirs = [r for results in theirs.values() for r in results[kind]]
    best = max([r["rate"] for r in all_theirs] + [1 / EACH])
    own = max(r["rate"] for r in mine[kind])
    ratio = own / best
    print(f"BENCH name=tracking/{kind} ours={own:.1f} peer={best:.1f} ratio={ratio:.1f} unit=requests/s goal={'>=%d' % goal if goal else 'none'}")
    # What a request costs hardly depends on what else the machine does.
    cost, their_cost = min(r["cpu"] for r in mine[kind]), min(r["cpu"] for r in all_theirs)
    print(f"BENCH name=tracking/{kind}-processor ours={cost:.3f} peer={their_cost:.3f} ratio={their_cost / cost:.1f} unit=ms/request goal=none")
    missed += bool(goal and ratio < goal) + sum(r["failed"] > 0 for r in mine[kind])
# Writes at each number of connections, where several clients write at once.
for kind in WRITES:
    for i, c in enumerate(CONNECTIONS):
        own, best = mine[kind][i]["rate"], max([results[kind][i]["rate"] for results in theirs.values()] + [1 / EACH])
        noop, bounds = mine["noop"][i]["rate"], (100, 0.4) if c > 1 else (0, 0)
        print(f"BENCH name=tracking/{kind}-at-{c} ours={own:.0f} peer={best:.1f} ratio={own / best:.1f} unit=requests/s goal=>={bounds[0]}")
        print(f"BENCH name=tracking/{kind}-of-noop-at-{c} ours={own:.0f} peer={noop:.0f} ratio={own / noop:.2f} unit=requests/s goal=>={bounds[1]}")
        missed += (own < bounds[0] * best) + (own < bounds[1] * noop)
rows = max(r["rate"] for r in mine["log-batch"]) * 1000
print(f"BENCH name=tracking/rows ours={rows:.0f} peer={raw:.0f} ratio={rows / raw:.2f} unit=rows/s goal=>=0.5")
worst = max(r["p99"] for kind in WRITES for r in mine[kind])
theirs_worst = max(r["p99"] for results in theirs.values() for kind in WRITES for r in results[kind])
print(f"BENCH name=tracking/p99 ours={worst:.1f} peer={theirs_worst:.1f} ratio={theirs_worst / worst:.1f} unit=ms goal=<20")
for i, c in enumerate(CONNECTIONS):
    own, peer = mine["log-batch"][i]["p99"], min(results["log-batch"][i]["p99"] for results in theirs.values())
    print(f"BENCH name=tracking/log-batch-p99-at-{c} ours={own:.1f} peer={peer:.1f} ratio={peer / own:.1f} unit=ms goal=<20")
    missed += own >= 20
for name, own, peer, goal in (("memory", our_memory[0], their_memory[0], ">=40"), ("memory-shared-once", our_memory[1], their_memory[1], "none")):
    print(f"BENCH name=tracking/{name} ours={own:.0f} peer={peer:.0f} ratio={peer / own:.1f} unit=MiB goal={goal}")
print(f"BENCH name=tracking/start ours={our_start:.2f} peer={their_start:.2f} ratio={their_start / our_start:.1f} unit=s goal=>=50")
missed += (rows < 0.5 * raw) + (worst >= 20) + (their_memory[0] < 40 * our_memory[0]) + (their_start < 50 * our_start)
sys.exit(1 if missed else 0)
