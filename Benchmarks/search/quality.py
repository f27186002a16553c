"""Best values after so many trials: ours and Optuna's, on published functions, with constraints and without, and real tunings."""

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed

import numpy as np

from constrained import PROBLEMS
from functions import every
from searches import search
from summary import interval, is_less, median
from tunings import NAMES, tuning


def measure(aifactory, name, seed, wanted):
    """Rows of the searches that are wanted: pairs of who and a budget."""
    if name in NAMES:
        function, space = tuning(name)
    elif name in PROBLEMS:
        function, space = PROBLEMS[name]
    else:
        function, space = next((function, space) for other, function, space in every() if other == name)
    known = {}

    def value(point):
        # A point has one value; what several searches ask for is worked out once.
        key = json.dumps(point, sort_keys=True)
        if key not in known:
            known[key] = function(point)
        return known[key]

    rows = []
    for who in dict.fromkeys(who for who, _ in wanted):
        budgets = sorted(budget for other, budget in wanted if other == who)
        # Optuna's samplers know no budget: a longer search begins as a shorter one does.
        for group in [[budget] for budget in budgets] if who.startswith("ours/") else [budgets]:
            bests, chosen = search(who, aifactory, value, space, seed, group[-1])
            rows += [{"function": name, "who": who, "seed": seed, "budget": budget, "chosen": chosen,
                      "best": bests[budget - 1]} for budget in group]
    return rows


def rows_of(names, settings, known_rows):
    """All rows for some functions, of which those that are known are not measured again.

    Seed by seed, so that whatever was measured when it is stopped covers all functions.
    """
    rows = [row for row in known_rows if row["function"] in names]
    known = {(row["function"], row["who"], row["budget"], row["seed"]) for row in rows}
    units = []
    for seed in range(settings.seeds):
        for name in names:
            wanted = [(who, budget) for who in settings.everyone for budget in settings.budgets
                      if budget <= settings.most.get(who, budget) and (name, who, budget, seed) not in known]
            if wanted:
                units.append((settings.aifactory, name, seed, wanted))
    # Spawned: a process that was forked beside threads of a library may wait for them forever.
    with ProcessPoolExecutor(settings.processes, multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(measure, *unit) for unit in units]):
            for row in done.result():
                rows.append(row)
                print(json.dumps(row), flush=True)
                if settings.resume:
                    with open(settings.resume, "a") as file:
                        file.write(json.dumps(row) + "\n")
    return rows


def share_of_best(mine, ours, drawn):
    """How much of the way from random search to our best sampler `mine` goes, by medians; None where none is ahead of random.

    None as well where random search found nothing that keeps constraints.

    Values have zeros and signs of their own, so that a share of the way says what a share of the value cannot.
    """
    best = min(median(sample) for sample in ours)
    way = median(drawn) - best
    return (median(drawn) - median(mine)) / way if 0 < way < float("inf") else None


def compare(names, settings, known_rows, title):
    """Measures and prints; returns whether the goals were met: nowhere worse, and better in half of the cells."""
    rows = rows_of(names, settings, known_rows)
    # Ours is `auto`, or what was measured first; the peer is the sampler of Optuna that is best on this function and budget.
    mine = settings.everyone[0]
    worse, better, cells, near, shares = [], 0, 0, [], {}
    for name in names:
        for budget in settings.budgets:
            samples = {}
            for who in settings.everyone:
                sample = np.array([row["best"] for row in rows
                                   if (row["function"], row["who"], row["budget"]) == (name, who, budget)])
                if len(sample):
                    samples[who] = sample
            peers = {who: sample for who, sample in samples.items() if who.startswith("optuna/")}
            if mine not in samples or not peers:
                continue
            rival = min(peers, key=lambda who: median(peers[who]))
            cells += 1
            if is_less(peers[rival], samples[mine]):
                worse.append(f"{name}/{budget}")
            better += is_less(samples[mine], peers[rival])
            ours = {who: sample for who, sample in samples.items() if who.startswith("ours/")}
            if not any(is_less(sample, samples[mine]) for sample in ours.values()):
                near.append(name)
            drawn = next((samples[who] for who in ("ours/random", "optuna/random") if who in samples), None)
            share = None if drawn is None else share_of_best(samples[mine], ours.values(), drawn)
            if share is not None:
                shares[f"{name}/{budget}"] = share
            print(f"BENCH name={title}/{name}/{budget} ours={interval(samples[mine])} peer={interval(peers[rival])} "
                  f"unit=value rival={rival}")
            for who, sample in sorted(samples.items(), key=lambda pair: median(pair[1])):
                print(f"  {who:26} {interval(sample)}")
    if not cells:
        return True
    print(f"BENCH name={title}/better ours={better} peer={cells} ratio={better / cells:.2f} unit=cells goal=>=0.5")
    print(f"BENCH name={title}/worse ours={len(worse)} peer={cells} ratio={len(worse) / cells:.2f} unit=cells goal=0 "
          f"where={','.join(worse) or 'nowhere'}")
    print(f"BENCH name={title}/auto ours={len(near)} peer={cells} ratio={len(near) / cells:.2f} unit=cells "
          f"what=no other sampler of ours is better by the rank test")
    if shares:
        short = [f"{cell}:{share:.2f}" for cell, share in shares.items() if share < 0.95]
        print(f"BENCH name={title}/auto-share ours={len(shares) - len(short)} peer={len(shares)} "
              f"ratio={(len(shares) - len(short)) / len(shares):.2f} unit=cells goal=1 short={','.join(short) or 'nowhere'} "
              f"what=within 5 % of the way from random search to our best single sampler")
    return not worse and better / cells >= 0.5
