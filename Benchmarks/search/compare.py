"""Compares our samplers with Optuna's, search by search; see run.sh."""

import argparse
import importlib.util
import json
import os
import sys

import numpy as np
from scipy.stats import mannwhitneyu

from functions import every, tuning
from searches import Optuna, Ours, search

parser = argparse.ArgumentParser()
parser.add_argument("--aifactory", required=True)
arguments = parser.parse_args()
SEEDS = int(os.environ.get("SEEDS", 20))
BUDGETS = [int(word) for word in os.environ.get("BUDGETS", "50,100,300").split(",")]
ONLY = os.environ.get("FUNCTIONS", "").split()
OURS = os.environ.get("OURS", "auto tpe cmaes").split()
PEERS = os.environ.get(
    "PEERS", "tpe tpe_multivariate cmaes random" + (" gp" if importlib.util.find_spec("torch") else "")).split()
OVERHEAD = [int(word) for word in os.environ.get("OVERHEAD", "100,1000,5000").split(",") if word]
RESUME = os.environ.get("RESUME")

rows = []
if RESUME and os.path.exists(RESUME):
    rows = [json.loads(line) for line in open(RESUME)]
known = {(row["function"], row["who"], row["budget"], row["seed"]) for row in rows}


def measure(name, function, space, who, seed, budget):
    side, sampler = who.split("/")
    bests, chosen, _ = search(
        Ours if side == "ours" else Optuna, arguments.aifactory, function, space, sampler, seed, budget)
    return {"function": name, "who": who, "seed": seed, "budget": budget, "chosen": chosen, "best": bests[-1]}


# Seed by seed, so that whatever was measured when it is stopped covers all functions. What each sampler
# makes of a budget that it knows may differ, so each budget is a search of its own.
for seed in range(SEEDS):
    for name, function, space in every():
        if ONLY and name not in ONLY:
            continue
        wanted = [(who, budget) for budget in BUDGETS
                  for who in [f"ours/{s}" for s in OURS] + [f"optuna/{s}" for s in PEERS]
                  if (name, who, budget, seed) not in known]
        if not wanted:
            continue
        if function is None:
            function, space = tuning(*space)
        for who, budget in wanted:
            row = measure(name, function, space, who, seed, budget)
            rows.append(row)
            print(json.dumps(row), flush=True)
            if RESUME:
                with open(RESUME, "a") as file:
                    file.write(json.dumps(row) + "\n")


def values(name, who, budget):
    return np.array([row["best"] for row in rows
                     if (row["function"], row["who"], row["budget"]) == (name, who, budget)])


def interval(sample):
    """Median with its 95 % interval by the bootstrap, from a fixed seed."""
    medians = np.median(np.random.default_rng(0).choice(sample, (2000, len(sample))), axis=1)
    return f"{np.median(sample):.5g} [{np.quantile(medians, 0.025):.5g}, {np.quantile(medians, 0.975):.5g}]"


# Ours is `auto`, or what was measured first; the peer is the sampler of Optuna that is best on this function and budget.
mine = f"ours/{OURS[0]}"
worse, better, cells = [], 0, 0
for name in dict.fromkeys(row["function"] for row in rows):
    for budget in BUDGETS:
        everyone = {who: values(name, who, budget) for who in
                    [f"ours/{s}" for s in OURS] + [f"optuna/{s}" for s in PEERS]}
        everyone = {who: sample for who, sample in everyone.items() if len(sample)}
        peers = {who: sample for who, sample in everyone.items() if who.startswith("optuna/")}
        if mine not in everyone or not peers:
            continue
        rival = min(peers, key=lambda who: np.median(peers[who]))
        a, b = everyone[mine], peers[rival]
        cells += 1
        # Two one-sided rank tests (Mann & Whitney 1947).
        if len(a) > 1 and len(b) > 1:
            if mannwhitneyu(a, b, alternative="greater").pvalue < 0.05:
                worse.append(f"{name}/{budget}")
            better += mannwhitneyu(a, b, alternative="less").pvalue < 0.05
        print(f"BENCH name=search/{name}/{budget} ours={interval(a)} peer={interval(b)} unit=value rival={rival}")
        for who, sample in sorted(everyone.items(), key=lambda pair: np.median(pair[1])):
            print(f"  {who:26} {interval(sample)}")

slow = False
if OVERHEAD:
    name, function, space = next(f for f in every() if f[0] == "hartmann-6")
    for sampler, most in (("tpe", 5000), ("cmaes", 5000)):
        marks = [mark for mark in OVERHEAD if mark <= most]
        _, _, ours = search(Ours, arguments.aifactory, function, space, sampler, 1, max(marks) + 1, marks)
        _, _, peer = search(Optuna, None, function, space, sampler, 1, max(marks) + 1, marks)
        for mark in map(str, marks):
            ratio = peer[mark] / ours[mark]
            slow |= ratio < 20
            print(f"BENCH name=search/overhead/{sampler}/{mark} ours={1000 * ours[mark]:.3f} "
                  f"peer={1000 * peer[mark]:.3f} ratio={ratio:.1f} unit=ms goal=>=20")
if cells:
    print(f"BENCH name=search/better ours={better} peer={cells} ratio={better / cells:.2f} unit=cells goal=>=0.5")
    print(f"BENCH name=search/worse ours={len(worse)} peer={cells} ratio={len(worse) / cells:.2f} unit=cells goal=0 "
          f"where={','.join(worse) or 'nowhere'}")
sys.exit(0 if not worse and cells and better / cells >= 0.5 and not slow else 1)
