"""What it costs to reach the value with which Optuna's search with a pruner ends, on recorded learning curves."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from curves import GRIDS, STEPS, load, space
from searches import SIDES
from summary import interval, median

# Searches go on to so many times the epochs after which Optuna's value is taken.
LONGEST = 2


def search(task, curves, aifactory, who, pruner, seed, most):
    """Pairs of epochs spent and the best value of a whole training, one for each that became better."""
    side, sampler = who.split("/")
    study = SIDES[side](aifactory, space(task), sampler, seed, None, pruner=pruner, steps=STEPS)
    spent, best, steps = 0, float("inf"), []
    while spent < most:
        number, point, _ = study.ask()
        curve = curves[tuple(point[name] for name in GRIDS[task])]
        for step, value in enumerate(curve, 1):
            spent += 1
            if study.report(number, step, value) and step < STEPS:
                study.tell_pruned(number, step, value)
                break
        else:
            study.tell(number, value)
            if value < best:
                best = value
                steps.append((spent, best))
    study.close()
    return steps


def best_after(steps, cost):
    """The best value after so many epochs; infinite before the first whole training."""
    return min([value for spent, value in steps if spent <= cost], default=float("inf"))


def cost_of(steps, value):
    """Epochs until a value was reached; infinite where it was not."""
    return min([spent for spent, best in steps if best <= value], default=float("inf"))


def compare(settings, folder):
    """Measures and prints; returns whether the goal was met."""
    most = STEPS * settings.trainings
    ratios = []
    for task in settings.tasks:
        curves = load(task, folder, settings.processes)
        least = min(curve[-1] for curve in curves.values())
        for pruner in settings.pruners:
            samples = {}
            with ProcessPoolExecutor(settings.processes, multiprocessing.get_context("spawn")) as pool:
                for who in settings.who:
                    samples[who] = [pool.submit(search, task, curves, settings.aifactory, who, pruner, seed,
                                                LONGEST * most) for seed in range(settings.seeds)]
                samples = {who: [future.result() for future in futures] for who, futures in samples.items()}
            peer = settings.who[-1]
            target = median([best_after(steps, most) for steps in samples[peer]])
            costs = {who: np.array([cost_of(steps, target) for steps in found]) for who, found in samples.items()}
            print(f"{task}, {pruner}: {peer} ends with {target:.5g} after {most} epochs; the best of all is {least:.5g}")
            for who, sample in costs.items():
                ends = [best_after(steps, most) for steps in samples[who]]
                print(f"  {who:26} epochs {interval(sample)}; after {most} epochs {interval(ends)}")
            ratio = median(costs[settings.who[0]]) / median(costs[peer])
            ratios.append(ratio)
            print(f"BENCH name=search/pruning/{task}/{pruner} ours={interval(costs[settings.who[0]])} "
                  f"peer={interval(costs[peer])} ratio={ratio:.2f} unit=epochs goal=<=0.7", flush=True)
    if ratios:
        middle = float(np.exp(np.mean(np.log(ratios))))
        print(f"BENCH name=search/pruning ours={middle:.2f} peer=1 ratio={middle:.2f} unit=share goal=<=0.7 "
              f"what=geometric mean over {len(ratios)}")
        return middle <= 0.7
    return True
