"""Seconds a suggestion after so many finished trials, ours and Optuna's, and how they grow."""

import time

import optuna

from functions import every
from searches import SIDES, Optuna

# Asked so often at each mark; CMA-ES learns once a generation, which the mean must hold.
ASKINGS = 20
GOALS = {"tpe": 20, "cmaes": 20, "gp": 5}


def seconds(who, aifactory, marks, limit_s):
    """Seconds for a suggestion at each mark, up to where all of the askings take longer than the limit."""
    _, function, space = next(one for one in every() if one[0] == "hartmann-6")
    side, sampler = who.split("/")
    study = SIDES[side](aifactory, space, sampler, 1, max(marks) + 1)
    found = {}
    if who == "optuna/gp":
        # It would take hours to ask for all of them: what it is given are random trials.
        filled = 0
        for mark in marks:
            fill(study.study, function, space, mark - filled)
            spent = ask(study, function, 3)
            filled = mark + 3
            found[mark] = spent / 3
            if spent > limit_s:
                break
        return found
    done, begun = 0, time.perf_counter()
    for mark in marks:
        ask(study, function, mark - done)
        found[mark] = ask(study, function, ASKINGS) / ASKINGS
        done = mark + ASKINGS
        if time.perf_counter() - begun > limit_s:
            break
    study.close()
    return found


def ask(study, function, count):
    """Seconds for so many suggestions; what telling their values takes is not counted."""
    spent = 0
    for _ in range(count):
        begun = time.perf_counter()
        number, point = study.ask()
        spent += time.perf_counter() - begun
        study.tell(number, function(point))
    return spent


def pipe(aifactory):
    """Seconds for a question and its answer through the pipe to our process, which are a part of each of our suggestions."""
    _, _, space = next(one for one in every() if one[0] == "hartmann-6")
    study = SIDES["ours"](aifactory, space, "random", 1, None)
    spent = []
    for _ in range(1000):
        begun = time.perf_counter()
        study.ask()
        spent.append(time.perf_counter() - begun)
    study.close()
    return sorted(spent)[500]


def fill(study, function, space, count):
    """Gives Optuna's study random trials that have ended."""
    sampler, study.sampler = study.sampler, optuna.samplers.RandomSampler(seed=1)
    for _ in range(count):
        trial = study.ask()
        study.tell(trial, function({p["name"]: Optuna.suggest(trial, p) for p in space["parameters"]}))
    study.sampler = sampler


def compare(settings):
    """Measures and prints; returns whether the goals were met."""
    is_met = True
    print(f"a random point takes {1e6 * pipe(settings.aifactory):.0f} µs through the pipe to our process, in which Optuna's sampler need not go")
    for sampler, goal in GOALS.items():
        ours = seconds(f"ours/{sampler}", settings.aifactory, settings.marks, settings.limit_s)
        peer = seconds(f"optuna/{sampler}", None, settings.marks, settings.limit_s)
        for mark in settings.marks:
            if mark not in peer:
                print(f"BENCH name=search/overhead/{sampler}/{mark} ours={1000 * ours[mark]:.3f} peer=unknown unit=ms "
                      f"why=Optuna's asking took longer than {settings.limit_s} s at {max(peer)} trials")
                continue
            ratio = peer[mark] / ours[mark]
            is_met &= ratio >= goal
            print(f"BENCH name=search/overhead/{sampler}/{mark} ours={1000 * ours[mark]:.3f} "
                  f"peer={1000 * peer[mark]:.3f} ratio={ratio:.1f} unit=ms goal=>={goal}", flush=True)
        for before, after in zip(settings.marks, settings.marks[1:]):
            growth = ours[after] / ours[before]
            is_met &= growth <= after / before
            other = f"{peer[after] / peer[before]:.2f}" if before in peer and after in peer else "unknown"
            print(f"BENCH name=search/growth/{sampler}/{before}-{after} ours={growth:.2f} peer={other} unit=times "
                  f"goal=<={after / before:.0f}")
    return is_met
