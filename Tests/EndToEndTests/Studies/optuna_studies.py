"""Makes studies with Optuna itself, or tells what a file holds, as JSON."""

import json
import math
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def told(study):
    trials = []
    for trial in study.trials:
        trials.append(
            {
                "number": trial.number,
                "state": trial.state.name,
                "params": {name: repr(value) for name, value in trial.params.items()},
                "distributions": {
                    name: optuna.distributions.distribution_to_json(value)
                    for name, value in trial.distributions.items()
                },
                "values": None if trial.values is None else [repr(v) for v in trial.values],
                "user_attrs": trial.user_attrs,
                "system_attrs": trial.system_attrs,
                "intermediate": {str(k): repr(v) for k, v in trial.intermediate_values.items()},
                "started": math.floor(trial.datetime_start.timestamp() * 1000),
                "times": [
                    None if time is None else time.isoformat(timespec="milliseconds")
                    for time in (trial.datetime_start, trial.datetime_complete)
                ],
            }
        )
    return {
        "name": study.study_name,
        "directions": [direction.name for direction in study.directions],
        "user_attrs": study.user_attrs,
        # Only storages tell these.
        "system_attrs": study._storage.get_study_system_attrs(study._study_id),
        "best": [trial.number for trial in study.best_trials],
        "trials": trials,
    }


def one(trial):
    x = trial.suggest_float("x", 1e-5, 1.0, log=True)
    y = trial.suggest_float("y", 0.0, 1.0, step=0.25)
    n = trial.suggest_int("n", 1, 9)
    trial.suggest_int("long", 0, 100_000, step=10)
    w = trial.suggest_int("w", 2, 10, step=2)
    kind = trial.suggest_categorical("kind", ["sgd", "adam", None, 16, 0.5])
    trial.suggest_categorical("flag", [True, False])
    if kind == "sgd":
        trial.suggest_float("momentum", 0.5, 0.99)
    trial.set_user_attr("note", {"number": trial.number, "words": ["a", "b"], "large": 2**60 + 1})
    trial.set_constraint("size", x - 0.5)
    if trial.number == 3:
        raise ValueError("no")
    for step in range(4):
        value = math.inf if trial.number == 5 and step == 0 else x + y + step
        trial.report(math.nan if trial.number == 6 and step == 1 else value, step)
        if trial.number == 4 and step == 2:
            raise optuna.TrialPruned()
    return x + y + n + w


def two(trial):
    x = trial.suggest_float("x", 0.0, 2.0)
    return x**2, (x - 2) ** 2 if trial.number else math.inf


def main():
    what, path = sys.argv[1:3]
    storage = f"sqlite:///{path}"
    if what == "make":
        sampler = optuna.samplers.RandomSampler(seed=1)
        study = optuna.create_study(
            study_name="one", storage=storage, sampler=sampler, direction="maximize"
        )
        study.set_user_attr("owner", "somebody")
        study.set_metric_names(["score"])
        study.optimize(one, n_trials=20, catch=(ValueError,))
        running = study.ask()
        running.suggest_int("n", 1, 9)
        other = optuna.create_study(
            study_name="two", storage=storage, sampler=sampler, directions=["minimize", "maximize"]
        )
        other.optimize(two, n_trials=8)
        print(json.dumps([told(study), told(other)]))
    elif what == "more":
        study = optuna.load_study(study_name="one", storage=storage)
        study.optimize(one, n_trials=int(sys.argv[3]))
        print(json.dumps([told(study)]))
    else:
        print(json.dumps([told(optuna.load_study(study_name=sys.argv[3], storage=storage))]))


main()
