"""What a hundred times the runs and points change for the same requests; see run.sh."""

import argparse
import os
import sys
import threading
import time

import tables
from server import start_ours, stop_ours

parser = argparse.ArgumentParser()
parser.add_argument("--aifactory", required=True)
parser.add_argument("--home", required=True)
arguments = parser.parse_args()
SIZES = [int(size) for size in os.environ.get("SIZES", "1000 100000").split()]
EACH = int(os.environ.get("SECONDS_EACH", 5))
BY_TABLES = os.environ.get("FILL") == "tables"
CONNECTIONS = int(os.environ.get("CONNECTIONS_EACH", 8))
KINDS = ["noop", "log-metric", "create", "update", "log-batch", "search", "newest", "best", "named", "get", "history"]


def grow(server, known, size):
    """Adds runs up to that size by requests, each with about a thousand points and what is searched for."""
    ids = [None] * (size - known)

    def some(part):
        for i in range(part, len(ids), 8):
            ids[i] = server.create(start_time=1600000000000 + known + i)

    threads = [threading.Thread(target=some, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    path = arguments.home + "-runs"
    # A run a few times more is no harm: its points are there already and are passed over.
    done = 0
    while done < len(ids):
        with open(path, "w") as file:
            file.write("\n".join(ids[done:] + ids[:done]))
        result = server.load("fill", 8, 10, RUNS_FILE=path)
        assert result["failed"] == 0, result
        # Each connection's answer that was under way counts as not done.
        done += max(0, int(result["rate"] * 10) - 8)
    os.remove(path)


results, known, experiment = [], 0, None
for size in SIZES:
    server, _ = start_ours(arguments.aifactory, arguments.home)
    try:
        experiment = experiment or server.ask("POST", "experiments/create", {"name": "bench"})["experiment_id"]
        begin = time.time()
        if BY_TABLES:
            stop_ours(arguments.aifactory, arguments.home)
            tables.fill(arguments.home + "/factory.sqlite", experiment, known, size)
            server, _ = start_ours(arguments.aifactory, arguments.home)
        server.experiment = experiment
        if not BY_TABLES:
            grow(server, known, size)
        points, known = (size - known) * 1000, size
        gibibytes = os.path.getsize(arguments.home + "/factory.sqlite") / 2**30
        print(f"{size:>7} runs: filled at {points / (time.time() - begin):,.0f} points/s, {gibibytes:.2f} GiB", flush=True)
        server.add_curve()
        results.append({kind: server.load(kind, CONNECTIONS, EACH) for kind in KINDS})
        for kind, r in results[-1].items():
            print(f"{size:>7} runs {kind:>10} {r['rate']:9.1f}/s  p50 {r['p50']:8.2f} ms  p99 {r['p99']:8.2f} ms"
                  f"  processor {r['cpu']:9.3f} ms  failed {r['failed']}", flush=True)
        resident, shared_once = server.memory()
        print(f"{size:>7} runs: {resident:.0f} MiB resident, {shared_once:.0f} with what is shared counted once", flush=True)
    finally:
        stop_ours(arguments.aifactory, arguments.home)
missed = 0
for kind in KINDS:
    small, large = results[0][kind], results[-1][kind]
    ratio = small["rate"] / large["rate"] if large["rate"] else float("inf")
    print(f"BENCH name=tracking-scale/{kind} ours={large['rate']:.1f} peer={small['rate']:.1f} ratio={ratio:.2f} unit=requests/s goal=<=3")
    print(f"BENCH name=tracking-scale/{kind}-processor ours={large['cpu']:.3f} peer={small['cpu']:.3f} ratio={large['cpu'] / small['cpu']:.2f} unit=ms/request goal=none")
    missed += (ratio > 3) + (large["failed"] > 0) + (small["failed"] > 0)
sys.exit(1 if missed else 0)
