"""One search by us and one by Optuna, over the same space: best values after each trial, seconds a suggestion."""

import json
import subprocess
import time


class Ours:
    """A study in a process of its own, led by lines of JSON."""

    def __init__(self, aifactory, space, sampler, seed, budget):
        self.process = subprocess.Popen([aifactory, "worker", "search"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        self.chosen = self.say({"space": space, "sampler": sampler, "seed": seed, "budget": budget})["sampler"]

    def say(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def ask(self):
        trial = self.say({"ask": 1})["trials"][0]
        return trial["number"], trial["point"]

    def tell(self, number, value):
        self.say({"tell": number, "values": [value]})

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Optuna:
    """Optuna's study in memory."""

    def __init__(self, _, space, sampler, seed, budget):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        import warnings
        warnings.simplefilter("ignore")
        samplers = {
            "tpe": lambda: optuna.samplers.TPESampler(seed=seed),
            "tpe_multivariate": lambda: optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True),
            "cmaes": lambda: optuna.samplers.CmaEsSampler(seed=seed),
            "nsga2": lambda: optuna.samplers.NSGAIISampler(seed=seed),
            "gp": lambda: optuna.samplers.GPSampler(seed=seed),
            "random": lambda: optuna.samplers.RandomSampler(seed=seed),
        }
        self.chosen = sampler
        self.space = space["parameters"]
        self.study = optuna.create_study(sampler=samplers[sampler]())
        self.trials = {}

    def ask(self):
        trial = self.study.ask()
        point = {}
        for parameter in self.space:
            if any(point.get(parent) not in values for parent, values in parameter.get("when", {}).items()):
                continue
            point[parameter["name"]] = self.suggest(trial, parameter)
        self.trials[trial.number] = trial
        return trial.number, point

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

    def tell(self, number, value):
        self.study.tell(self.trials.pop(number), value)

    def close(self):
        pass


def search(kind, aifactory, function, space, sampler, seed, trials, marks=()):
    """Best values so far after each trial, what was chosen, and seconds a suggestion after so many trials."""
    study = kind(aifactory, space, sampler, seed, trials)
    best, bests, seconds, spent = float("inf"), [], {}, []
    for done in range(trials):
        started = time.perf_counter()
        number, point = study.ask()
        spent.append(time.perf_counter() - started)
        if done in marks:
            seconds[str(done)] = sum(spent[-10:]) / 10
        value = function(point)
        study.tell(number, value)
        best = min(best, value)
        bests.append(best)
    study.close()
    return bests, study.chosen, seconds
