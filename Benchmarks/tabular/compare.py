"""Compares aifactory with FLAML and default XGBoost on outer splits; see run.sh."""

import argparse
import json
import os
import subprocess
import sys
import time

import numpy as np
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedShuffleSplit, ShuffleSplit

from tables import every_table

CORES = 2
parser = argparse.ArgumentParser()
parser.add_argument("--aifactory", required=True)
parser.add_argument("--home", required=True)
parser.add_argument("--work", required=True)
arguments = parser.parse_args()
BUDGET = int(os.environ.get("BUDGET", 60))
SPLITS = int(os.environ.get("SPLITS", 5))
PEERS = os.environ.get("PEERS", "flaml xgboost autogluon").split()
ONLY = os.environ.get("TABLES", "").split()
DATA = os.environ.get("DATA", os.path.join(os.path.dirname(__file__), "../../../shared/data"))
# Rows measured so far, one JSON object a line; what stands there is not measured again: a peer that is missing is, we are where "ours" was taken
# out of the scores, and the first models where "ours_first" was taken out of the seconds.
RESUME = os.environ.get("RESUME")
HOME = arguments.home


def factory(*words, check=True):
    done = subprocess.run([arguments.aifactory, *words, "--home", HOME, "--output", "json"],
                          capture_output=True, text=True)
    if check and done.returncode not in (0,):
        raise RuntimeError(f"{words}: {done.returncode} {done.stderr[-400:]}")
    return json.loads(done.stdout)


def jobs():
    return set(os.listdir(f"{HOME}/jobs")) if os.path.exists(f"{HOME}/jobs") else set()


def workflow(folder, name, target, task, seed):
    """Writes the workflow of one cell; returns its path."""
    metric = "rmse" if task == "regression" else "log_loss"
    path = os.path.join(folder, f"{name}.yaml")
    with open(path, "w") as file:
        file.write(
            f"name: {name}\n"
            f"data:\n  source: train.csv\n  test_source: test.csv\n  target: {target}\n"
            f"  split: {{by: {'random' if task == 'regression' else 'stratified'}, validation: 0.2, seed: {seed}}}\n"
            f"train:\n  task: {task}\n  metric: {metric}\n  search: {{time: {BUDGET}s, seed: {seed}}}\n"
            f"register: {{model: {name}}}\ndeploy: {{endpoint: {name}}}\n")
    return path


def ours(folder, name, target, task, seed):
    """Trains, evaluates and deploys; returns the predictions of the test rows and the seconds of all that."""
    started = time.time()
    factory("run", workflow(folder, name, target, task, seed))
    seconds = time.time() - started
    return factory("predict", name, os.path.join(folder, "features.csv"))["predictions"], seconds


def ours_first(folder, name, target, task, seed):
    """The seconds from the start of the program until the first model package lay on disk; no stage is
    known from before, as the seed is another. The rest of the search is cancelled."""
    path = workflow(folder, name, target, task, seed)
    known = jobs()
    started = time.time()
    run = subprocess.Popen([arguments.aifactory, "run", path, "--home", HOME, "--output", "json"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None:
        time.sleep(0.005)
        for job in jobs() - known:
            if os.path.exists(f"{HOME}/jobs/{job}/work/output/model.json"):
                first = time.time() - started
                factory("jobs", "cancel", job)
                run.wait()
                return first
    raise RuntimeError(f"{name} ended without a model")


def scores(task, truth, classes, output):
    if task == "regression":
        return {"rmse": float(np.sqrt(np.mean((np.array(output) - truth) ** 2)))}
    output = np.clip(np.array(output, float), 1e-15, 1)
    output /= output.sum(1, keepdims=True)
    codes = np.array([classes.index(t) for t in truth])
    result = {"log_loss": log_loss(codes, output, labels=range(len(classes)))}
    result["one_minus_auc"] = 1 - (roc_auc_score(codes, output[:, 1]) if len(classes) == 2
                                   else roc_auc_score(codes, output, multi_class="ovr",
                                                      labels=range(len(classes))))
    return result


def peer(name, folder, target, task, seed, first=False):
    request = {"train": f"{folder}/train.csv", "test": f"{folder}/test.csv", "target": target,
               "task": task, "seed": seed, "cores": CORES, "first": first,
               "budget": BUDGET, "folder": folder, "output": f"{folder}/{name}.json"}
    path = f"{folder}/{name}-request.json"
    json.dump(request, open(path, "w"))
    started = time.time()
    python = os.environ["AUTOGLUON_PYTHON"] if name == "autogluon" else sys.executable
    subprocess.run([python, os.path.join(os.path.dirname(__file__), "peers.py"), name, path],
                   check=True, capture_output=True)
    return json.load(open(request["output"])), time.time() - started


def measure(name, frame, target, task, number, split, row):
    """One split of one table: scores and seconds of all sides, or of the peers that `row` lacks."""
    a, b = split
    folder = os.path.join(arguments.work, f"{name}-{number}")
    os.makedirs(folder, exist_ok=True)
    frame.iloc[a].to_csv(f"{folder}/train.csv", index=False)
    frame.iloc[b].to_csv(f"{folder}/test.csv", index=False)
    frame.iloc[b].drop(columns=[target]).to_csv(f"{folder}/features.csv", index=False)
    truth = frame.iloc[b][target]
    classes = sorted(frame[target].astype(str).unique()) if task == "classification" else None
    truth = truth.astype(str).tolist() if classes else truth.to_numpy(float)
    row = row or {"table": name, "split": number, "budget": BUDGET, "seconds": {}, "scores": {}}
    if "ours" not in row["scores"]:
        row["load"] = os.getloadavg()[0]
        measure_ours(row, folder, name, target, task, number, truth, classes)
    if "ours_first" not in row["seconds"]:
        measure_first(row, folder, name, target, task, number)
    for other in PEERS:
        if other not in row["scores"]:
            done, seconds = peer(other, folder, target, task, number)
            row["scores"][other] = scores(task, truth, classes, done["predictions"])
            row["seconds"][other] = seconds
    return row


def measure_ours(row, folder, name, target, task, number, truth, classes):
    answer, row["seconds"]["ours"] = ours(folder, f"{name}-{number}", target, task, number)
    output = ([p["value"] for p in answer] if classes is None
              else [[p["probabilities"].get(c, 0.0) for c in classes] for p in answer])
    row["scores"]["ours"] = scores(task, truth, classes, output)


def measure_first(row, folder, name, target, task, number):
    """Seconds to the first model, medians of three each, in turn."""
    pairs = [(ours_first(folder, f"{name}-{number}-first", target, task, 1000 + 10 * number + turn),
              peer("flaml", folder, target, task, number, first=True)[1]) for turn in range(3)]
    row["seconds"]["ours_first"], row["seconds"]["flaml_first"] = (
        float(np.median(side)) for side in zip(*pairs))


rows = []
if RESUME and os.path.exists(RESUME):
    rows = [row for row in map(json.loads, open(RESUME)) if row["budget"] == BUDGET]
tables = [t for t in every_table(DATA) if not ONLY or t[0] in ONLY]
# Split by split, so that whatever was measured when it is stopped covers all tables.
for number in range(SPLITS):
    for name, frame, target, task in tables:
        known = next((row for row in rows if (row["table"], row["split"]) == (name, number)), None)
        if known and "ours_first" in known["seconds"] and all(
                other in known["scores"] for other in ["ours", *PEERS]):
            continue
        label = frame[target] if task == "classification" else None
        splitter = (StratifiedShuffleSplit if task == "classification" else ShuffleSplit)(
            n_splits=SPLITS, test_size=0.25, random_state=1)
        row = measure(name, frame, target, task, number, list(splitter.split(frame, label))[number], known)
        if not known:
            rows.append(row)
        print(json.dumps(row), flush=True)
        if RESUME:
            with open(f"{RESUME}.next", "w") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows)
            os.replace(f"{RESUME}.next", RESUME)

# A table is a win where the mean of what was optimized is not above FLAML's; no metric may be 2 % above it.
good, tables, worst = 0, 0, 0.0
rows = [row for row in rows if "ours" in row["scores"]]
for name in dict.fromkeys(row["table"] for row in rows):
    mine = [row for row in rows if row["table"] == name]
    for metric in mine[0]["scores"]["ours"]:
        for other in PEERS:
            both = [row["scores"] for row in mine if other in row["scores"]]
            if not both:
                continue
            a = np.array([scores["ours"][metric] for scores in both])
            b = np.array([scores[other][metric] for scores in both])
            ratio = a.mean() / b.mean() if b.mean() > 0 else 1.0
            spread = 1.96 * (a - b).std(ddof=1) / np.sqrt(len(a)) if len(a) > 1 else float("nan")
            print(f"BENCH name=tabular/{name}/{metric}/{other} ours={a.mean():.5f} peer={b.mean():.5f} "
                  f"ratio={ratio:.4f} unit={metric} difference={(a - b).mean():.5f}±{spread:.5f} goal=<=1.02")
            if other != "flaml":
                continue
            worst = max(worst, ratio)
            if metric != "one_minus_auc":
                tables += 1
                good += ratio <= 1.0
first = np.median([row["seconds"]["flaml_first"] / row["seconds"]["ours_first"] for row in rows])
print(f"BENCH name=tabular/first-model ours={np.median([r['seconds']['ours_first'] for r in rows]):.2f} "
      f"peer={np.median([r['seconds']['flaml_first'] for r in rows]):.2f} ratio={first:.2f} unit=seconds goal=>=3")
print(f"BENCH name=tabular/tables ours={good} peer={tables} ratio={good / tables:.2f} unit=tables goal=>=0.75")
sys.exit(0 if good / tables >= 0.75 and worst <= 1.02 and first >= 3 else 1)
