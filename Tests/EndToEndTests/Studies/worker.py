"""A program that works on a shared study: worker.py NAME LOG [SECONDS A STEP]."""

import os
import sys
import time

import aifactory_study as factory

name, log, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])


def note(*words):
    # One write: lines of several programs do not mix.
    line = " ".join(str(word) for word in (*words, os.getpid(), "%.6f" % time.time())) + "\n"
    os.write(out, line.encode())


def objective(trial):
    note("begin", trial.number, trial.attempt)
    x = trial.suggest_float("x", -1, 1)
    kind = trial.suggest_categorical("kind", ["square", "line", None, 3])
    slope = trial.suggest_int("slope", 1, 9, step=2) if kind == "line" else 0
    for step in range(1, 4):
        time.sleep(pause)
        trial.report(abs(x) + slope / step, step)
        if trial.should_prune():
            note("end", trial.number, trial.attempt)
            raise factory.TrialPruned()
    note("end", trial.number, trial.attempt)
    return abs(x) + slope


out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
study = factory.create_study(name, pruner="median", steps=3, budget=60, lease=2, seed=4)
note("start", study.id, 0)
study.optimize(objective)
note("done", study.best_trial["number"], 0)
