"""Seconds a suggestion after so many finished trials, ours and Optuna's, and how they grow.

Both are measured within the process that suggests, by its monotonic clock; what ours takes for whoever asks through
the pipe stands beside it.
"""

import importlib.util
import time

from functions import every
from searches import SIDES

# Asked so often at each mark; CMA-ES learns once a generation, which the mean must hold.
ASKINGS = 20
GOALS = {"tpe": 20, "cmaes": 20, "gp": 5}


def seconds(who, aifactory, marks, limit_s):
    """Seconds for a suggestion at each mark, within the process and for whoever asks, up to where all of the askings take longer than the limit."""
    _, function, space = next(one for one in every() if one[0] == "hartmann-6")
    side, sampler = who.split("/")
    # Gaussian processes would take hours to choose all of them: what they are given are points that they did not choose.
    is_filled = sampler == "gp"
    found, done, begun = {}, 0, time.perf_counter()
    study = SIDES[side](aifactory, space, sampler, 1, max(marks) + 1)
    for place, mark in enumerate(marks):
        if is_filled and place > 0:
            study.close()
            study, done = SIDES[side](aifactory, space, sampler, 1, mark + ASKINGS), 0
        if is_filled:
            study.fill(function, mark)
        else:
            ask(study, function, mark - done)
        count = 3 if is_filled and side == "optuna" else ASKINGS
        inside, spent = ask(study, function, count)
        found[mark], done = (inside / count, spent / count), mark + count
        # The next mark's time, were it to grow with the square of the trials.
        if place + 1 < len(marks) and (is_filled and spent * (marks[place + 1] / mark) ** 2 > limit_s
                                       or time.perf_counter() - begun > limit_s):
            break
    study.close()
    return found


def ask(study, function, count):
    """Seconds for so many suggestions, within the process and for whoever asks; what telling their values takes is not counted."""
    inside, spent = 0, 0
    for _ in range(count):
        begun = time.perf_counter()
        number, point, seconds = study.ask()
        spent += time.perf_counter() - begun
        inside += seconds
        study.tell(number, function(point))
    return inside, spent


def compare(settings):
    """Measures and prints; returns whether the goals were met."""
    is_met = True
    for sampler, goal in GOALS.items():
        ours = seconds(f"ours/{sampler}", settings.aifactory, settings.marks, settings.limit_s)
        # Optuna's Gaussian process needs torch, which is large: it is measured where that is installed.
        is_there = sampler != "gp" or importlib.util.find_spec("torch") is not None
        peer = seconds(f"optuna/{sampler}", None, settings.marks, settings.limit_s) if is_there else {}
        for mark in settings.marks:
            if mark not in ours or mark not in peer:
                mine = f"{1000 * ours[mark][0]:.3f}" if mark in ours else "unknown"
                theirs = f"{1000 * peer[mark][0]:.3f}" if mark in peer else "unknown"
                print(f"BENCH name=search/overhead/{sampler}/{mark} ours={mine} peer={theirs} unit=ms "
                      + ("why=it would take longer than {:.0f} s".format(settings.limit_s) if is_there
                         else "why=torch is not installed"))
                continue
            ratio = peer[mark][0] / ours[mark][0]
            is_met &= ratio >= goal
            print(f"BENCH name=search/overhead/{sampler}/{mark} ours={1000 * ours[mark][0]:.3f} "
                  f"peer={1000 * peer[mark][0]:.3f} ratio={ratio:.1f} unit=ms goal=>={goal} "
                  f"through_pipe={1000 * ours[mark][1]:.3f}", flush=True)
        for before, after in zip(settings.marks, settings.marks[1:]):
            if after not in ours:
                continue
            growth = ours[after][0] / ours[before][0]
            is_met &= growth <= after / before
            other = f"{peer[after][0] / peer[before][0]:.2f}" if before in peer and after in peer else "unknown"
            print(f"BENCH name=search/growth/{sampler}/{before}-{after} ours={growth:.2f} peer={other} unit=times "
                  f"goal=<={after / before:.0f}")
    return is_met
