"""Throughput, latency and CPU time of one-row predictions; see run.sh."""

import argparse
import glob
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import mlflow
import pandas as pd
import xgboost
from mlflow.models import infer_signature
from sklearn.datasets import load_breast_cancer

parser = argparse.ArgumentParser()
parser.add_argument("--aifactory", required=True)
parser.add_argument("--home", required=True)
arguments = parser.parse_args()
EACH = int(os.environ.get("SECONDS_EACH", 8))
CONNECTIONS = int(os.environ.get("CONNECTIONS", 16))
HERE = os.path.dirname(os.path.abspath(__file__))
WORK = arguments.home + "-work"
os.makedirs(WORK, exist_ok=True)


def factory(*words):
    done = subprocess.run([arguments.aifactory, *words, "--home", arguments.home, "--output", "json"],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words}: {done.stderr}")
    return done.stdout


def children(pid):
    """The process and all below it."""
    found = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        for child in open(path).read().split():
            found += children(int(child))
    return found


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except FileNotFoundError:
            pass
    return total / os.sysconf("SC_CLK_TCK")


def load(url, body, connections, token="", pids=()):
    """Runs wrk for EACH seconds; returns requests a second, p50, p99 (ms), failures, CPU ms a request."""
    path = os.path.join(WORK, "body.json")
    open(path, "w").write(body)
    before = cpu_seconds(pids)
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{EACH}s", "--timeout", "10s", "-s", f"{HERE}/post.lua", url],
        env={**os.environ, "BODY": path, "TOKEN": token}, capture_output=True, text=True).stdout
    used = cpu_seconds(pids) - before
    found = re.search(r"RESULT requests=(\d+) duration_us=(\d+) p50_us=(\d+) p99_us=(\d+) failed=(\d+)", output)
    requests, duration, p50, p99, failed = map(int, found.groups())
    good = requests - failed
    return {"rate": good / (duration / 1e6), "p50": p50 / 1e3, "p99": p99 / 1e3, "failed": failed,
            "cpu_ms": 1e3 * used / max(good, 1)}


frame = load_breast_cancer(as_frame=True).frame
frame.columns = [c.replace(" ", "_") for c in frame.columns]
frame["target"] = "c" + frame["target"].astype(str)
frame.to_csv(f"{WORK}/table.csv", index=False)
open(f"{WORK}/workflow.yaml", "w").write(
    "name: bench\ndata: {source: table.csv, target: target, split: {by: stratified}}\n"
    "train: {search: {trials: 20, seed: 1}}\nregister: {model: bench}\ndeploy: {endpoint: bench}\n")
factory("run", f"{WORK}/workflow.yaml")
server = json.load(open(os.path.join(arguments.home, "server.json")))
row = {k: float(v) for k, v in frame.drop(columns=["target"]).iloc[0].items()}

# The peer gets the boosted trees of our own package.
version = json.loads(factory("models", "show", "bench", "--version", "latest"))
folder = f"{arguments.home}/gateway/models/{version['package']}"
manifest = json.load(open(f"{folder}/model.json"))
member = next(m for m in manifest["members"] if m["engine"] == "xgboost")
booster = xgboost.Booster(model_file=f"{folder}/{member['file']}")
mlflow.set_tracking_uri(f"sqlite:///{WORK}/mlflow.db")
# As its documentation recommends: with a signature, so that rows are checked by name and type, as ours are.
features = frame.drop(columns=["target"])
assert booster.num_features() == features.shape[1]
booster.feature_names, booster.feature_types = list(features.columns), None
signature = infer_signature(features, booster.predict(xgboost.DMatrix(features)))
mlflow.xgboost.save_model(booster, f"{WORK}/mlflow-model", signature=signature)
port = socket.socket()
port.bind(("127.0.0.1", 0))
number = port.getsockname()[1]
port.close()
peer = subprocess.Popen(
    [os.path.join(os.path.dirname(sys.executable), "mlflow"), "models", "serve", "-m", f"{WORK}/mlflow-model",
     "--env-manager", "local", "-p", str(number)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    env={**os.environ, "PATH": os.path.dirname(sys.executable) + ":" + os.environ["PATH"]})
try:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{number}/ping", timeout=1)
            break
        except OSError:
            time.sleep(0.5)
    scoring = json.dumps({"dataframe_split": {"columns": list(row), "data": [list(row.values())]}})
    url = f"http://127.0.0.1:{number}/invocations"
    load(url, scoring, CONNECTIONS)
    theirs = [load(url, scoring, c, pids=children(peer.pid)) for c in (1, CONNECTIONS)]
finally:
    peer.terminate()
    peer.wait()

endpoint = f"{server['gateway']}/endpoints/bench/predict"
everyone = [int(p) for p in os.listdir("/proc") if p.isdigit()
            and b"aifactory" in open(f"/proc/{p}/cmdline", "rb").read().split(b"\0")[0]]
body = json.dumps(row)
load(endpoint, body, CONNECTIONS, server["token"])
mine = [load(endpoint, body, c, server["token"], everyone) for c in (1, CONNECTIONS)]
nothing = load(f"{server['gateway']}/health", "", CONNECTIONS, server["token"], everyone)

best = max(theirs, key=lambda r: r["rate"])
for label, r in [("ours c=1", mine[0]), (f"ours c={CONNECTIONS}", mine[1]), ("mlflow c=1", theirs[0]),
                 (f"mlflow c={CONNECTIONS}", theirs[1]), ("no-op route", nothing)]:
    print(f"{label:>14}: {r['rate']:9.0f} req/s  p50 {r['p50']:.3f} ms  p99 {r['p99']:.3f} ms  "
          f"cpu {r['cpu_ms']:.4f} ms/request  failed {r['failed']}")
ratio, cpu = mine[1]["rate"] / best["rate"], best["cpu_ms"] / mine[1]["cpu_ms"]
share = mine[1]["rate"] / nothing["rate"]
print(f"BENCH name=predict/throughput ours={mine[1]['rate']:.0f} peer={best['rate']:.0f} ratio={ratio:.1f} unit=requests/s goal=>=100")
print(f"BENCH name=predict/cpu ours={mine[1]['cpu_ms']:.4f} peer={best['cpu_ms']:.3f} ratio={cpu:.1f} unit=ms/request goal=none")
print(f"BENCH name=predict/p50 ours={mine[0]['p50']:.3f} peer={theirs[0]['p50']:.3f} ratio={theirs[0]['p50'] / mine[0]['p50']:.1f} unit=ms goal=<1")
print(f"BENCH name=predict/no-op ours={mine[1]['rate']:.0f} peer={nothing['rate']:.0f} ratio={share:.2f} unit=requests/s goal=>=0.5")
failed = sum(r["failed"] for r in mine)
sys.exit(0 if ratio >= 100 and mine[0]["p50"] < 1 and share >= 0.5 and not failed else 1)
