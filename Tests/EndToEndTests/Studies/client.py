"""What the Python file for shared studies promises, asserted against a running server."""

import math
import os
import signal
import threading
import time
import warnings

import aifactory_study as factory


def raises(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError("no %s" % kind.__name__)


# A share of a study, side by side, with names that programs choose.
study = factory.create_study("threads", sampler="random", direction="maximize")
threads = set()


def climb(trial):
    threads.add(threading.get_ident())
    kind = trial.suggest_categorical("kind", [1, "1.5", None, True])
    assert kind in (1, "1.5", None) or kind is True
    rate = trial.suggest_float("rate", 1e-4, 1, log=True)
    step = trial.suggest_float("part", 0, 1, step=0.25)
    assert step * 4 == round(step * 4)
    assert trial.suggest_float("rate", 1e-4, 1, log=True) == rate
    return math.log(rate)


study.optimize(climb, n_trials=24, n_jobs=4)
assert study.state["completed"] == 24, study.state
assert 1 < len(threads) <= 4
assert abs(study.best_value - math.log(study.best_params["rate"])) < 1e-12
seen = []
study.optimize(climb, n_trials=1, callbacks=[
    lambda _, trial: seen.append((trial.number, trial.state, trial.value == trial.values[0]))])
assert seen == [(24, "completed", True)], seen
assert study.trials[24].state == "completed"


# A callback may end the program's share; all threads heed it.
def enough(study, trial):
    seen.append(trial)
    study.stop()


stopped = factory.create_study("stopped", sampler="random")
del seen[:]
stopped.optimize(climb, n_trials=100, n_jobs=2, callbacks=[enough])
assert 1 <= len(seen) <= 2 and stopped.state["trials"] == len(seen), seen
stopped.optimize(climb, n_trials=3)
assert stopped.state["trials"] == len(seen) + 3, stopped.state


# Ctrl-C ends the threads after the trials that run.
def interrupt(study, trial):
    seen.append(trial)
    if len(seen) == 1:
        os.kill(os.getpid(), signal.SIGINT)


# Who starts this may have blocked it, or ignore it as shells do for what runs in the background.
signal.pthread_sigmask(signal.SIG_SETMASK, [])
signal.signal(signal.SIGINT, signal.default_int_handler)


def slow(trial):
    time.sleep(0.05)
    return trial.suggest_float("x", 0, 1)


interrupted = factory.create_study("interrupted", sampler="random", budget=300)
del seen[:]
raises(KeyboardInterrupt, lambda: interrupted.optimize(slow, n_jobs=3, callbacks=[interrupt]))
# To wait for them with `join` is not enough: where a signal ended a `join`, Python may take the thread for one that has ended.
deadline = time.monotonic() + 30
while threading.active_count() > 1 and time.monotonic() < deadline:
    time.sleep(0.01)
assert threading.active_count() == 1, threading.enumerate()
assert interrupted.state["trials"] < 300, interrupted.state
first = interrupted.trials[0]
assert first.duration.total_seconds() >= 0.05 and first.datetime_start < first.datetime_complete


# A range that changed is refused, also where the study chose a value that lies in both.
def narrow(trial):
    return trial.suggest_float("part", -9, 9)


error = raises(factory.StudyError, lambda: stopped.optimize(narrow, n_trials=1))
assert error.code == "search_parameter_conflict" and '"step":0.25' in str(error), error


# What is best has the values that programs gave, of whatever type they are.
def typed(trial):
    width = trial.suggest_int("width", 16, 64, step=16)
    many = trial.suggest_int("many", 0, 10 ** 6, step=2)
    assert many % 2 == 0 and 0 <= many <= 10 ** 6 and isinstance(many, int)
    act = trial.suggest_categorical("act", [None, (1, 2), 2.0])
    one = trial.suggest_float("one", 2, 2)
    assert isinstance(one, float)
    return width + (act is None)


types = factory.create_study("types", seed=2)
types.optimize(typed, n_trials=6, n_jobs=-1)
assert types.best_params["width"] in (16, 32, 48, 64), types.best_params
assert types.best_params["act"] in (None, (1, 2), 2.0), types.best_params
assert isinstance(types.best_params["one"], float), types.best_params
assert types.best_trial.value == types.best_value
assert types.best_trial.number == types.best_trial["number"]
for wrong in ({"step": 2, "log": True}, {"step": 0}):
    error = raises(ValueError, lambda: types.optimize(
        lambda trial: trial.suggest_int("n", 1, 9, **wrong), n_trials=1))

# A space that was declared may write numbers in another way.
declared = factory.create_study(
    "declared", budget=3, space={"parameters": {"scale": {"choice": [1.0, 2.5]}}})
declared.optimize(lambda trial: trial.suggest_categorical("scale", [1.0, 2.5]))
assert declared.best_value == 1.0 or declared.best_params["scale"] == 2.5
ranged = factory.create_study("ranged", budget=2, space={"parameters": {"n": {"int": [1, 8]}}})
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    ranged.optimize(lambda trial: trial.suggest_int("n", 1, 99))
assert ["n from 1 to 8" in str(one.message) for one in told] == [True], told
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    factory.create_study("declared", budget=9,
                         space={"parameters": {"scale": {"choice": [1.0, 2.5]}}})
assert "budget is 3, not 9" in str(told[0].message), told

# What an objective raises fails its trial, and ends the program unless it is expected.
def broken(trial):
    raise KeyError("no such thing")


assert "no such thing" in str(raises(KeyError, lambda: study.optimize(broken, n_trials=3)))
study.optimize(broken, n_trials=1, catch=(KeyError,))
study.optimize(broken, n_trials=1, catch=KeyError)
study.optimize(lambda trial: None, n_trials=1)
assert study.state["failed"] == 4, study.state

# What a program has told is in the list that it reads next.
assert len(study.trials) == study.state["trials"], (len(study.trials), study.state)

# The best points of an earlier study come first, and the space with them.
warm = factory.create_study("warm", warm_start=[study.id], direction="maximize", budget=1)
best = study.best_params
warm.optimize(lambda trial: trial.suggest_float("rate", 1e-4, 1, log=True))
assert warm.best_params["rate"] == best["rate"], (warm.best_params, best)
error = raises(factory.StudyError, lambda: factory.create_study("cold", warm_start=["x"]))
assert error.code == "study_not_found" and "did you mean" not in str(error), error
named = factory.create_study("named", warm_start=["threads"], direction="maximize", budget=1)
named.optimize(lambda trial: trial.suggest_float("rate", 1e-4, 1, log=True))
assert named.best_params["rate"] == best["rate"], (named.best_params, best)

# Several goals: the more of one, the less of the other, so that no trial beats another.
pareto = factory.create_study(
    "pareto", directions=["minimize", "maximize"], sampler="nsga2", budget=12)


def both(trial):
    x = trial.suggest_float("x", 0, 1)
    return x if trial.number == 3 else (x, 2 * x)


pareto.optimize(both)
assert pareto.state["failed"] == 1, pareto.state
best = pareto.best_trials
assert [trial["number"] for trial in best] == [n for n in range(12) if n != 3], best
assert all(abs(trial["values"][1] - 2 * trial["point"]["x"]) < 1e-12 for trial in best)
raises(factory.StudyError, lambda: factory.create_study("pareto", direction="minimize"))
raises(factory.StudyError, lambda: factory.create_study(
    "pruned", directions=["minimize", "maximize"], pruner="median"))

# Step by step, with a result that comes twice.
trial = study.ask()
assert study.tell(trial, 1.0)
assert study.tell(trial, 1.0)
assert not study.tell(trial, 2.0)

# Another range for a known name, and terms that are not those of the study.
trial = study.ask()
trial._point.pop("rate", None)
error = raises(factory.StudyError, lambda: trial.suggest_float("rate", 5, 6))
assert error.code == "search_parameter_conflict", error
study.tell(trial, state="failed", message="on purpose")
error = raises(factory.StudyError, lambda: factory.create_study("threads", direction="minimize"))
assert error.code == "study_conflict", error

# A declared space refuses what it does not name; a done study gives nothing.
space = {"parameters": [{"name": "x", "int": [1, 3]}], "initial": [{"x": 2}]}
small = factory.create_study("small", space=space, budget=1)
trial = small.ask()
assert trial.suggest_int("x", 1, 3) == 2
error = raises(factory.StudyError, lambda: trial.suggest_int("y", 1, 3))
assert error.code == "search_parameter_conflict", error
small.tell(trial, 7)
assert small.ask() is None
assert small.best_trial["number"] == 0

# Values that somebody wants tried come first; what is noted is there for all.
guided = factory.create_study("guided", direction="maximize", budget=4)
guided.set_user_attr("team", {"names": ["a", "b"], "large": 2 ** 60 + 1})
assert guided.enqueue_trial({"rate": 0.5, "act": None}, user_attrs={"why": "a guess"})
assert not guided.enqueue_trial({"rate": 0.5, "act": None}, skip_if_exists=True)
assert guided.enqueue_trial({"act": (1, 2), "width": 100})
told = []


def noting(trial):
    rate = trial.suggest_float("rate", 0, 1)
    act = trial.suggest_categorical("act", [None, (1, 2)])
    width = trial.suggest_int("width", 1, 9)
    trial.set_user_attr("width", width)
    told.append((rate, act, width, dict(trial.user_attrs)))
    assert trial.user_attrs["width"] == width
    return rate


with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    guided.optimize(noting)
assert told[0][:2] == (0.5, None) and told[0][3]["why"] == "a guess", told
assert told[1][1] == (1, 2) and 1 <= told[1][2] <= 9, told
assert any("width the value 100" in str(one.message) for one in heard), heard
assert guided.user_attrs == {"team": {"names": ["a", "b"], "large": 2 ** 60 + 1}}
trials = guided.trials
assert trials[0].user_attrs == {"why": "a guess", "width": told[0][2]}, trials[0]
assert trials[0].params["act"] is None and trials[1].params["act"] == (1, 2), trials
assert guided.best_trial.user_attrs["width"] == told[guided.best_trial.number][2]
error = raises(factory.StudyError, lambda: guided.enqueue_trial({"rate": 0.1}))
assert error.code == "search_point_invalid", error
error = raises(factory.StudyError, lambda: small.enqueue_trial({"z": 1}))
assert "no parameter" in str(error), error
trial = study.ask()
study.tell(trial, 1.0)
assert raises(factory.StudyError, lambda: trial.set_user_attr("late", 1)).code == "trial_ended"

# A later search begins with what was just told, wherever that has come by then.
for number in range(20):
    earlier = factory.create_study("earlier-%d" % number)
    for value in (2, 1, 0):
        trial = earlier.ask()
        best = trial.suggest_float("x", 0, 1)
        earlier.tell(trial, value)
    later = factory.create_study("later-%d" % number, warm_start=[earlier.study_name])
    assert later.ask().suggest_float("x", 0, 1) == best, number


# What breaks a constraint on what was measured is never the best, whatever its value.
def measure(trial):
    x = trial.suggest_float("x", 0, 1)
    trial.set_user_attr("size", x)
    return x


limited = factory.create_study(
    "limited", sampler="gp", budget=24, direction="maximize",
    constraints_func=lambda trial: (trial.user_attrs["size"] - 0.7, trial.values[0] - 10))
limited.optimize(measure, callbacks=[lambda _, trial: seen.append(trial.constraints)])
assert len(seen[-1]) == 2 and seen[-1][1] < 0, seen[-1]
best = limited.best_trial
assert 0.65 < best.value <= 0.7 and best.constraints[0] <= 0, best
assert limited.state["infeasible"] == sum(trial.constraints[0] > 0 for trial in limited.trials)
assert limited.state["infeasible"] > 0, limited.state
unsure = factory.create_study("unsure", sampler="random")
trial = unsure.ask()
trial.suggest_float("x", 0, 1)
assert unsure.tell(trial, 1, constraints=[math.nan])
assert trial.state == "failed" and "no number" in trial.message, trial.message
for number, constraints in enumerate(([math.inf], [-math.inf]), start=1):
    trial = unsure.ask()
    trial.suggest_float("x", 0, 1)
    assert unsure.tell(trial, number, constraints=constraints)
assert unsure.best_trial.number == 2, unsure.best_trial
trial = unsure.ask()
trial.suggest_float("x", 0, 1)
error = raises(factory.StudyError, lambda: unsure.tell(trial, 1, constraints=[1, 2]))
assert "1 constraint, this one of 2" in str(error), error
error = raises(factory.StudyError, lambda: unsure.tell(trial, 1))
assert "1 constraint, this one of none" in str(error), error
# What is no list of numbers fails a trial of `optimize`, and leaves none behind.
for wrong in (lambda _: [None], lambda _: ["much"], lambda _: None):
    torn = factory.create_study(sampler="random", constraints_func=wrong)
    torn.optimize(measure, n_trials=2, catch=(TypeError, ValueError))
    assert torn.state["failed"] == 2 and torn.state["running"] == 0, torn.state
alone = factory.create_study(sampler="random", constraints_func=lambda trial: trial.value - 2)
alone.optimize(measure, n_trials=2)
assert len(alone.best_trial.constraints) == 1, alone.best_trial


# An objective may return whatever can be read once.
def once(trial):
    return (value for value in (trial.suggest_float("x", 0, 1), 1))


twice = factory.create_study(sampler="random", directions=["minimize", "maximize"])
twice.optimize(once, n_trials=2)
assert twice.state["completed"] == 2, twice.state
