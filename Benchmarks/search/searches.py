"""A search by us and one by Optuna over the same space, and what came of it after each trial."""

import json
import os
import subprocess
import time
import warnings


class Ours:
    """A study in a process of its own, led by lines of JSON.

    `ask` tells number, point and the seconds that the process itself took: reading the question from JSON, suggesting,
    writing the answer; not the way through the pipe, which no study within a program has to go.
    """

    def __init__(self, aifactory, space, sampler, seed, budget, pruner="none", steps=None):
        self.process = subprocess.Popen(
            [aifactory, "worker", "search", "--timed"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        terms = {"space": space, "sampler": sampler, "seed": seed, "pruner": pruner, "budget": budget, "steps": steps}
        self.chosen = self.say({key: value for key, value in terms.items() if value is not None})["sampler"]

    def say(self, question):
        return self.send(json.dumps(question).encode() + b"\n")

    def send(self, line):
        """The answer to a line; no layer of Python's between it and the pipe."""
        os.write(self.process.stdin.fileno(), line)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def ask(self):
        answer = self.send(b'{"ask": 1}\n')
        trial = answer["trials"][0]
        return trial["number"], trial["point"], 1e-9 * answer["took_ns"]

    def fill(self, function, count):
        """Has so many points measured that are asked for together: with few values by then, a process has no belief."""
        for trial in self.say({"ask": count})["trials"]:
            self.tell(trial["number"], function(trial["point"]))

    def tell(self, number, value, constraints=()):
        terms = {"tell": number, "values": [value]}
        self.say({**terms, "constraints": constraints} if constraints else terms)

    def report(self, number, step, value):
        """Whether the trial should stop."""
        return self.say({"report": number, "step": step, "value": value})["prune"]

    def tell_pruned(self, number, step, value):
        self.say({"tell": number, "pruned": value, "step": step})

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Optuna:
    """Optuna's study in memory; `ask` tells number, point and the seconds that it took."""

    def __init__(self, _, space, sampler, seed, budget, pruner="none", steps=None):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore")
        samplers = {
            "tpe": lambda: optuna.samplers.TPESampler(seed=seed),
            # Its default has been multivariate since Optuna 5.
            "tpe_independent": lambda: optuna.samplers.TPESampler(seed=seed, multivariate=False),
            "cmaes": lambda: optuna.samplers.CmaEsSampler(seed=seed),
            "nsga2": lambda: optuna.samplers.NSGAIISampler(seed=seed),
            "gp": lambda: optuna.samplers.GPSampler(seed=seed),
            "random": lambda: optuna.samplers.RandomSampler(seed=seed),
        }
        pruners = {
            "none": lambda: optuna.pruners.NopPruner(),
            "median": lambda: optuna.pruners.MedianPruner(n_warmup_steps=steps // 10),
            "asha": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=max(steps // 27, 1), reduction_factor=3),
            "hyperband": lambda: optuna.pruners.HyperbandPruner(
                min_resource=max(steps // 27, 1), max_resource=steps, reduction_factor=3),
        }
        self.chosen = sampler
        self.space = space["parameters"]
        # Its Hyperband sorts trials into brackets by the study's name, which is random unless it is given.
        self.study = optuna.create_study(
            study_name=f"{sampler}-{pruner}-{seed}", sampler=samplers[sampler](), pruner=pruners[pruner]())
        self.trials = {}

    def ask(self):
        begun = time.perf_counter()
        trial = self.study.ask()
        point = {}
        for parameter in self.space:
            if any(point.get(parent) not in values for parent, values in parameter.get("when", {}).items()):
                continue
            point[parameter["name"]] = self.suggest(trial, parameter)
        self.trials[trial.number] = trial
        return trial.number, point, time.perf_counter() - begun

    @staticmethod
    def suggest(trial, parameter):
        name = parameter["name"]
        if "uniform" in parameter:
            return trial.suggest_float(name, *parameter["uniform"], step=parameter.get("step"))
        if "log_uniform" in parameter:
            return trial.suggest_float(name, *parameter["log_uniform"], log=True)
        if "int" in parameter:
            return trial.suggest_int(name, *parameter["int"])
        if "log_int" in parameter:
            return trial.suggest_int(name, *parameter["log_int"], log=True)
        if "bool" in parameter:
            return trial.suggest_categorical(name, [False, True])
        return trial.suggest_categorical(name, parameter.get("choice") or parameter["ordinal"])

    def fill(self, function, count):
        """Has so many random points measured."""
        import optuna
        sampler, self.study.sampler = self.study.sampler, optuna.samplers.RandomSampler(seed=1)
        for _ in range(count):
            number, point, _ = self.ask()
            self.tell(number, function(point))
        self.study.sampler = sampler

    def tell(self, number, value, constraints=()):
        trial = self.trials.pop(number)
        for place, measured in enumerate(constraints):
            trial.set_constraint(str(place), measured)
        self.study.tell(trial, value)

    def report(self, number, step, value):
        """Whether the trial should stop."""
        self.trials[number].report(value, step)
        return self.trials[number].should_prune()

    def tell_pruned(self, number, step, value):
        import optuna
        self.study.tell(self.trials.pop(number), state=optuna.trial.TrialState.PRUNED)

    def close(self):
        pass


SIDES = {"ours": Ours, "optuna": Optuna}


def search(who, aifactory, function, space, seed, trials):
    """Best values so far after each trial, and which sampler was chosen; `who` is a side and a sampler, `ours/auto`.

    A function with constraints tells them beside the value; what breaks one is never the best.
    """
    side, sampler = who.split("/")
    study = SIDES[side](aifactory, space, sampler, seed, trials)
    best, bests = float("inf"), []
    for _ in range(trials):
        number, point, _ = study.ask()
        measured = function(point)
        value, constraints = measured if isinstance(measured, tuple) else (measured, ())
        study.tell(number, value, constraints)
        if all(constraint <= 0 for constraint in constraints):
            best = min(best, value)
        bests.append(best)
    study.close()
    return bests, study.chosen
